// What the frame costs beside `node -e 0`: medians of paired runs, and how many modules each run loads.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startPushgateway } from '../../support/real-pushgateway.ts';
import { median, printBars, type Row } from '../bars.ts';

const PAIRS = Number(process.argv[2] ?? 25);
// A breaker opens after three failures.
const WARM_UPS = 4;
// Nothing listens there: refused at once.
const CLOSED = 'http://127.0.0.1:9';

interface Contestant {
  readonly what: string;
  /** Most that it may cost; without one the row only informs. */
  readonly most?: number;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly exit: number;
  /** Before each run, not timed. */
  readonly prepare?: () => void;
}

mkdirSync('.mdops', { recursive: true });
// In the working tree's file system: a journal does not live in a memory file system, as /tmp may be.
const scratch = mkdtempSync(resolve('.mdops/startup-'));
const gateway = await startPushgateway();
try {
  process.exitCode = compare(buildProduct(), gateway.url);
} finally {
  await gateway.stop();
  rmSync(scratch, { recursive: true });
}

/** The product with one more command, built by the real build. */
function buildProduct(): string {
  const root = join(scratch, 'product');
  for (const name of ['lib', 'scripts', '.ci', 'package.json']) cpSync(name, join(root, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  const source = readFileSync('tests/bench/startup/trivial.ts', 'utf8');
  writeFileSync(join(root, 'scripts/trivial.ts'), source.replace('../../../lib/', '../lib/'));
  const { status, stderr } = spawnSync(process.execPath, ['.ci/build.mjs'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The build ended with ${status}: ${stderr}`);
  return join(root, 'dist');
}

function compare(dist: string, gatewayUrl: string): number {
  const mdops = join(dist, 'mdops.js');
  const state = join(scratch, 'state');
  const contestants: readonly Contestant[] = [
    { what: 'mdops --help', most: 1.2, args: [mdops, '--help'], exit: 0 },
    { what: 'usage error: no such command', most: 1.2, args: [mdops, 'trivail'], exit: 64 },
    { what: 'usage error: no such flag', most: 1.2, args: [mdops, 'trivial', '--fast'], exit: 64 },
    {
      what: 'trivial command, journaled, metrics spooled',
      most: 1.6,
      args: [mdops, 'trivial'],
      // The gateway is known to be down: the warm-up opens its breaker, which is remembered for a minute.
      env: { PUSHGATEWAY_URL: CLOSED, MDOPS_STATE_DIR: state },
      exit: 0,
    },
    {
      what: 'the same, the gateway found down by this run',
      args: [mdops, 'trivial'],
      env: { PUSHGATEWAY_URL: CLOSED, MDOPS_STATE_DIR: `${state}-first` },
      exit: 0,
      prepare: () => rmSync(`${state}-first/state/breakers`, { recursive: true, force: true }),
    },
    {
      what: 'the same, pushed to a live Pushgateway',
      most: 2.0,
      args: [mdops, 'trivial'],
      env: { PUSHGATEWAY_URL: gatewayUrl, MDOPS_STATE_DIR: `${state}-live` },
      exit: 0,
    },
  ];
  const ratios = contestants.map((): number[] => []);
  for (let pair = -WARM_UPS; pair < PAIRS; pair += 1) {
    for (const [index, contestant] of contestants.entries()) {
      const bareMs = time({ what: 'node', args: ['-e', '0'], exit: 0 });
      const ratio = time(contestant) / bareMs;
      if (pair >= 0) ratios[index]?.push(ratio);
    }
  }
  const rows = contestants.map((contestant, index): Row => {
    const { what, most } = contestant;
    const bar = most === undefined ? {} : { most };
    return { what, ...bar, ratio: median(ratios[index] ?? []), note: describeModules(contestant) };
  });
  process.stdout.write(`Start-up beside \`node -e 0\`, Node ${process.versions.node}, medians of ${PAIRS} pairs\n`);
  return printBars(rows);
}

function time(contestant: Contestant, extra: readonly string[] = []): number {
  contestant.prepare?.();
  const startedMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [...extra, ...contestant.args], {
    // With more certificates Node parses the whole root store at its start.
    env: { PATH: process.env['PATH'], HOME: scratch, MDOPS_LOG_DIR: join(scratch, 'logs'), ...contestant.env },
    cwd: scratch,
    encoding: 'utf8',
  });
  const tookMs = performance.now() - startedMs;
  if (status !== contestant.exit) throw new Error(`${contestant.what} ended with ${status}: ${stderr}`);
  return tookMs;
}

function describeModules(contestant: Contestant): string {
  const bare = countModules({ what: 'node', args: [join(scratch, 'nothing.cjs')], exit: 0 });
  const own = countModules(contestant);
  return `${own.files} files, ${own.builtins - bare.builtins} built-in modules more than an empty file`;
}

function countModules(contestant: Contestant): { readonly files: number; readonly builtins: number } {
  const counts = join(scratch, 'counts.json');
  const probe = join(scratch, 'probe.cjs');
  writeFileSync(join(scratch, 'nothing.cjs'), '');
  writeFileSync(
    probe,
    `const fs = require('node:fs');
    const seen = new Set();
    const read = fs.readFileSync;
    // Commands are compiled from their text, past require.
    fs.readFileSync = (path, ...rest) => (seen.add(String(path)), read(path, ...rest));
    process.on('exit', () => {
      const builtins = process.moduleLoadList.filter((name) => name.startsWith('NativeModule')).length;
      const loaded = new Set([...seen, ...Object.keys(require.cache)].filter((path) => /\\.[cm]?js$/.test(path)));
      loaded.delete(__filename);
      fs.writeFileSync(${JSON.stringify(counts)}, JSON.stringify({ files: loaded.size, builtins }));
    });`,
  );
  time(contestant, ['--require', probe]);
  return JSON.parse(readFileSync(counts, 'utf8')) as { files: number; builtins: number };
}
