// Sustained requests through our client beside the bare libraries it stands on: what deadline, cap and wording cost, in
// processor time, which other programs on the machine do not change much.

import { spawn } from 'node:child_process';
import { Agent as NodeAgent, request as nodeRequest } from 'node:http';
import { Agent } from 'undici';
import { createHttp } from '../../../lib/effects/real-http.ts';
import { median, printBars } from '../bars.ts';

const ROUNDS = Number(process.argv[2] ?? 9);
const REQUESTS = 1_000;
const AT_ONCE = 8;
const BODY = 'md_throughput_mps{feed="primary"} 5000\n';

// A process of its own, so that the server's work is not counted as the client's.
const SERVER = `
  const { createServer } = require('node:http');
  const server = createServer((request, response) => { request.resume(); response.end('{"ok":true}'); });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

const server = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
const port = await new Promise<number>((resolve) => server.stdout.once('data', (text) => resolve(Number(text))));
const url = `http://127.0.0.1:${port}/metrics`;
const undici = new Agent({ connections: AT_ONCE });
const kept = new NodeAgent({ keepAlive: true, maxSockets: AT_ONCE });
const pooled = createHttp({ transport: 'pooled' });
const oneShot = createHttp({ transport: 'one-shot' });

const contestants = {
  undici: async () => {
    const answer = await undici.request({
      origin: `http://127.0.0.1:${port}`,
      path: '/metrics',
      method: 'PUT',
      body: BODY,
    });
    await answer.body.arrayBuffer();
  },
  pooled: () => pooled.request({ method: 'PUT', url, body: BODY, timeoutMs: 5_000 }),
  'node:http, connections kept': () => askNode(kept),
  'node:http, a connection each': () => askNode(false),
  'one-shot': () => oneShot.request({ method: 'PUT', url, body: BODY, timeoutMs: 5_000 }),
};
type Name = keyof typeof contestants;
const names = Object.keys(contestants) as Name[];

const usedMs = new Map<Name, number[]>(names.map((name) => [name, []]));
for (let round = -1; round < ROUNDS; round += 1) {
  for (const name of names) {
    const spentMs = await spend(contestants[name]);
    if (round >= 0) usedMs.get(name)?.push(spentMs);
  }
}
await Promise.all([undici.close(), pooled.close(), oneShot.close()]);
kept.destroy();
server.kill();

process.stdout.write(
  `${REQUESTS} requests, ${AT_ONCE} at once, Node ${process.versions.node}, medians of ${ROUNDS} rounds\n`,
);
process.exitCode = printBars([
  { what: 'pooled beside bare undici', ratio: compare('pooled', 'undici'), most: 2 },
  {
    what: 'one-shot beside bare node:http without kept connections',
    ratio: compare('one-shot', 'node:http, a connection each'),
    most: 1.7,
  },
  { what: 'pooled beside one-shot', ratio: compare('pooled', 'one-shot'), most: 0.5 },
  {
    what: 'pooled beside node:http with kept connections',
    ratio: compare('pooled', 'node:http, connections kept'),
    most: 1.1,
  },
]);

function compare(one: Name, other: Name): number {
  const others = usedMs.get(other) ?? [];
  return median((usedMs.get(one) ?? []).map((spentMs, round) => spentMs / (others[round] ?? Number.NaN)));
}

async function spend(send: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  let left = REQUESTS;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await send();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function askNode(agent: NodeAgent | false): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = nodeRequest(url, { method: 'PUT', agent }, (response) => {
      response.on('data', () => {});
      response.on('end', resolve);
    });
    request.on('error', reject);
    request.end(BODY);
  });
}
