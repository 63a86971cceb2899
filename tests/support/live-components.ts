// Components to start and stop: small programs that boot for a while, then answer, or fail in their own way.

import { randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Boots for `delay` ms, listens, and writes how long all of it took. */
const PROGRAM = `
const { appendFileSync, writeFileSync } = require('node:fs');
const [name, port, delay, mode] = process.argv.slice(2);
appendFileSync('begun', name + '\\n');
console.log(name + ' boots for user ' + (process.env.CTP_PRIMARY_USER_ID ?? 'nobody'));
if (mode === 'stubborn') process.on('SIGTERM', () => {});
const page = 'md_throughput_mps{feed="primary"} 5200\\n';
setTimeout(() => {
  if (mode === 'die') { console.error('license expired'); process.exit(3); }
  if (mode === 'mute') return setInterval(() => {}, 1000);
  require('node:http').createServer((request, response) => response.end(page)).listen(Number(port), '127.0.0.1', () => {
    writeFileSync(name + '.took', String(performance.now()));
  });
}, Number(delay));
`;

export interface Planned {
  readonly after?: readonly string[];
  readonly delayMs?: number;
  readonly mode?: 'die' | 'mute' | 'stubborn';
  readonly ready?: 'http' | 'tcp' | 'metric';
  /** Further keys, as in the file. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Writes a profile \`live\` below \`home\`; YAML is a superset of JSON. */
export async function writeEnvironment(
  home: string,
  components: Readonly<Record<string, Planned>>,
  rest: Readonly<Record<string, unknown>> = {},
): Promise<ReadonlyMap<string, number>> {
  mkdirSync(join(home, 'config/environments'), { recursive: true });
  writeFileSync(join(home, 'component.js'), PROGRAM);
  const ports = new Map<string, number>();
  for (const name of Object.keys(components)) ports.set(name, await freePort());
  const entries = Object.entries(components).map(([name, planned]) => {
    const port = ports.get(name) ?? 0;
    const start = ['node', 'component.js', name, String(port), String(planned.delayMs ?? 0), planned.mode ?? 'serve'];
    const base = { driver: 'process', work_dir: home, start, after: planned.after ?? [], ready: probe(planned, port) };
    return [name, { ...base, ...planned.more }];
  });
  const file = { components: Object.fromEntries(entries), ...rest };
  writeFileSync(join(home, 'config/environments/live.yaml'), JSON.stringify(file, null, 1));
  return ports;
}

function probe({ ready = 'http' }: Planned, port: number): object {
  const url = `http://127.0.0.1:${port}/metrics`;
  switch (ready) {
    case 'http':
      return { kind: 'http', url };
    case 'tcp':
      return { kind: 'tcp', address: `127.0.0.1:${port}` };
    case 'metric':
      return { kind: 'metric', url, metric: 'md_throughput_mps', labels: { feed: 'primary' }, at_least: 1 };
  }
}

/** Below the range that Linux gives to outgoing connections, which would take it before whoever it is for. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
