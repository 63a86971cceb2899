// The health check as a whole process: a million instruments beside a bare JSON.parse, a thousand beside bash, jq and curl.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startPushgateway } from '../../support/real-pushgateway.ts';
import { median, printBars, type Row } from '../bars.ts';
import { type FeedFiles, NOW, writeFeed } from './feed-files.ts';

const ROUNDS = Number(process.argv[2] ?? 7);
const SMALL_ROUNDS = ROUNDS * 3;
const HERE = 'tests/bench/health';
const CHECK = resolve('dist/check-feed-health.js');
const PARSE = 'for (const file of process.argv.slice(1)) JSON.parse(require("fs").readFileSync(file, "utf8"))';
const MIB = 1024;

interface Ran {
  readonly tookMs: number;
  /** Of all its threads; steadier than time where others work on the same machine. */
  readonly processorMs: number;
  readonly peakMib: number;
}

mkdirSync('.mdops', { recursive: true });
const scratch = mkdtempSync(resolve('.mdops/health-'));
const gateway = await startPushgateway();
try {
  process.exitCode = compareLarge() + compareSmall() + compareGrowth();
} finally {
  await gateway.stop();
  rmSync(scratch, { recursive: true });
}

function compareLarge(): number {
  const million = writeFeed(scratch, 1_000_000);
  const results = race(ROUNDS, {
    parse: () => run(process.execPath, ['-e', PARSE, million.catalogue, million.json]),
    json: () => check(million, million.json),
    ndjson: () => check(million, million.ndjson),
    shuffled: () => check(million, million.shuffled),
    python: () => run('python3', [join(HERE, 'check.py'), million.catalogue, million.json, NOW], [1]),
  });
  const beside = (name: string) => ({ ratio: pairs(results, name, 'parse'), note: processor(results, name, 'parse') });
  const peak = (name: string): number => median(results[name]!.map(({ peakMib }) => peakMib));
  process.stdout.write(`\nA million instruments beside JSON.parse of the same files, medians of ${ROUNDS} rounds\n`);
  const missed = printBars([
    { what: 'one JSON snapshot: time', ...beside('json'), most: 0.95 },
    { what: 'NDJSON: time', ...beside('ndjson') },
    { what: 'one JSON snapshot in another order than the catalogue: time', ...beside('shuffled') },
    { what: 'Python 3: time', ...beside('python') },
  ]);
  process.stdout.write('\nPeak memory, as a share of 100 MB\n');
  return (
    missed +
    printBars([
      { what: 'one JSON snapshot', ratio: peak('json') / 100, most: 3 },
      { what: 'NDJSON', ratio: peak('ndjson') / 100, most: 1.5 },
      { what: 'JSON.parse alone', ratio: peak('parse') / 100 },
      { what: 'Python 3', ratio: peak('python') / 100 },
    ])
  );
}

/** The whole job: lock, journal, check, push. */
function compareSmall(): number {
  const sizes = [1_000, 10_000, 100_000] as const;
  const rows: Row[] = [];
  for (const size of sizes) {
    const files = writeFeed(scratch, size);
    const bash = [join(HERE, 'check.sh'), files.catalogue, files.json, NOW, gateway.url, join(scratch, 'bash')];
    const python = [join(HERE, 'check.py'), files.catalogue, files.json, NOW, gateway.url];
    const results = race(size === 1_000 ? SMALL_ROUNDS : ROUNDS, {
      node: () => run(process.execPath, ['-e', '0']),
      check: () => check(files, files.json, gateway.url),
      bash: () => run('bash', bash),
      python: () => run('python3', python, [1]),
    });
    if (size === 1_000)
      rows.push({
        what: '1,000: beside node -e 0',
        ratio: pairs(results, 'check', 'node'),
        most: 2,
        note: processor(results, 'check', 'node'),
      });
    const name = size.toLocaleString('en');
    rows.push({
      what: `${name}: beside bash, jq and curl`,
      ratio: pairs(results, 'check', 'bash'),
      most: 1,
      note: processor(results, 'check', 'bash'),
    });
    rows.push({ what: `${name}: beside Python 3 without lock and journal`, ratio: pairs(results, 'check', 'python') });
  }
  process.stdout.write('\nThe whole job: lock, journal, check, push to a real Pushgateway\n');
  return printBars(rows);
}

/** Time without start-up for each instrument, a hundred times as many beside as many. */
function compareGrowth(): number {
  const [few, some, many] = [10_000, 100_000, 1_000_000].map((size) => writeFeed(scratch, size));
  const none = writeFeed(scratch, 1);
  const results = race(ROUNDS, {
    none: () => check(none, none.json),
    few: () => check(few!, few!.json),
    some: () => check(some!, some!.json),
    many: () => check(many!, many!.json),
  });
  const net = (name: string): number =>
    median(results[name]!.map(({ tookMs }, round) => tookMs - results['none']![round]!.tookMs));
  process.stdout.write('\nGrowth of the time above start-up, per instrument\n');
  return printBars([
    { what: '10^6 beside 10^4', ratio: net('many') / (100 * net('few')), most: 1.15 },
    { what: '10^6 beside 10^5', ratio: net('many') / (10 * net('some')), most: 1.15 },
  ]);
}

function check(files: FeedFiles, active: string, pushgateway?: string): Ran {
  const words = ['--catalogue', files.catalogue, '--active-file', active, '--now', NOW, '--json'];
  const env = pushgateway === undefined ? {} : { PUSHGATEWAY_URL: pushgateway };
  return run(process.execPath, [CHECK, ...words], [0, 1], env);
}

type Contestants = Readonly<Record<string, () => Ran>>;

function race(rounds: number, contestants: Contestants): Record<string, Ran[]> {
  const results: Record<string, Ran[]> = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  // The first round warms the caches.
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, contestant] of Object.entries(contestants)) {
      const ran = contestant();
      if (round >= 0) results[name]!.push(ran);
    }
  }
  return results;
}

function pairs(
  results: Readonly<Record<string, Ran[]>>,
  name: string,
  against: string,
  what: 'tookMs' | 'processorMs' = 'tookMs',
): number {
  return median(results[name]!.map((ran, round) => ran[what] / results[against]![round]![what]));
}

function processor(results: Readonly<Record<string, Ran[]>>, name: string, against: string): string {
  return `processor time ${pairs(results, name, against, 'processorMs').toFixed(2)}`;
}

/** Peak memory as the kernel counted it for this child, by GNU time. */
function run(program: string, args: readonly string[], exits = [0], env: Readonly<Record<string, string>> = {}): Ran {
  const peak = join(scratch, 'peak');
  const startedMs = performance.now();
  const { status, stderr } = spawnSync('/usr/bin/time', ['-q', '-f', '%M %U %S', '-o', peak, program, ...args], {
    // With more certificates Node parses the whole root store at its start.
    env: {
      PATH: process.env['PATH'],
      HOME: scratch,
      MDOPS_STATE_DIR: join(scratch, 'state'),
      MDOPS_LOG_DIR: join(scratch, 'logs'),
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const tookMs = performance.now() - startedMs;
  if (!exits.includes(status ?? -1)) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
  const [kib = 0, user = 0, system = 0] = readFileSync(peak, 'utf8').trim().split(' ').map(Number);
  return { tookMs, processorMs: (user + system) * 1_000, peakMib: kib / MIB };
}
