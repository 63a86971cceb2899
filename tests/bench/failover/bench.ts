// What a failover adds to the feed's own time to parity: from its start to proven parity, with the target brought up
// from nothing, over the embedded environment's real processes. And what remains to be seen when the target stands by.

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { otherRoute, type RouteName } from '../../../lib/base/feed-routes.ts';
import { type EmbeddedPair, startEmbeddedPair } from '../../support/embedded-pair.ts';
import { mdops } from '../../support/mdops.ts';
import { median, percentile, printBars } from '../bars.ts';

const RUNS = Number(process.argv[2] ?? 50);
const WARM_RUNS = Math.ceil(RUNS / 5);
const PROBE_MS = 50;
const PROBES = 3;

interface Moved {
  /** From the start to proven parity, as reported. */
  readonly latencyMs: number;
  readonly ownMs: number;
  readonly probes: number;
  readonly covered: number;
  /** From the start of the process until consumers were sent to the new route, as the switch recorded it. */
  readonly switchedMs: number;
}

mkdirSync('.mdops', { recursive: true });
const home = mkdtempSync(resolve('.mdops/failover-'));
const pair = await startEmbeddedPair(home);
try {
  process.exitCode = await measure();
} finally {
  await pair.stop();
  rmSync(home, { recursive: true, force: true });
}

async function measure(): Promise<number> {
  await pair.settle('primary');
  const cold: Moved[] = [];
  const warm: Moved[] = [];
  let active: RouteName = 'primary';
  for (let run = -1; run < RUNS + WARM_RUNS; run += 1) {
    const isCold = run < RUNS;
    if (isCold) await turnOff(otherRoute(active));
    active = otherRoute(active);
    const moved = await move(pair, active);
    // The first run warms the caches.
    if (run >= 0) (isCold ? cold : warm).push(moved);
  }
  const overheads = cold.map(({ latencyMs, ownMs }) => latencyMs - ownMs);
  const density = cold.map(({ probes, latencyMs, ownMs }) => ((probes - 1) * 1_000) / Math.max(latencyMs, ownMs));
  process.stdout.write(`${RUNS} failovers to a route that is off, Node ${process.versions.node}\n`);
  return printBars([
    { what: 'overhead, median', ratio: median(overheads), unit: 'ms', most: 100 },
    { what: 'overhead, 99th percentile', ratio: percentile(overheads, 0.99), unit: 'ms', most: 250 },
    { what: 'probes of the target', ratio: Math.max(...density), unit: '/s', most: 20 },
    {
      what: 'probes that saw parity before it was decided',
      ratio: Math.max(...cold.map(({ covered }) => covered)),
      unit: '',
      most: 1,
    },
    { what: "the feed's own time to parity, median", ratio: median(cold.map(({ ownMs }) => ownMs)), unit: 'ms' },
    {
      what: 'start of the process until consumers moved, own time taken off, median',
      ratio: median(cold.map(({ switchedMs, ownMs }) => switchedMs - ownMs)),
      unit: 'ms',
    },
    {
      what: `start to proven parity of a stand-by, median of ${WARM_RUNS}`,
      ratio: median(warm.map(({ latencyMs }) => latencyMs)),
      unit: 'ms',
      most: (PROBES - 1) * PROBE_MS + 100,
      note: `${PROBES} probes ${PROBE_MS} ms apart are the floor`,
    },
  ]);
}

/** Only a route that is off has a way to parity of its own. */
async function turnOff(route: RouteName): Promise<void> {
  const { epoch } = await pair.ask('control-plane', 'md.route.status');
  const answer = await pair.ask(`feed-${route}`, 'md.route.role', { role: 'off', epoch });
  if (answer['accepted'] !== true) throw new Error(`${route} was not turned off: ${String(answer['reason'])}`);
}

async function move({ home: cwd, events }: EmbeddedPair, to: RouteName): Promise<Moved> {
  const words = ['failover', `to-${to}`, '--profile', 'pair', '--yes', '--json'];
  const startedMs = Date.now();
  const ran = await mdops(words, { cwd });
  if (ran.exit !== 0) throw new Error(`failover to ${to} ended with ${ran.exit}: ${ran.stderr}`);
  const report = JSON.parse(ran.stdout) as Record<string, number>;
  const switched = readFileSync(events, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .findLast(({ event, active }) => event === 'switch' && active === to);
  return {
    latencyMs: report['latency_ms'] ?? Number.NaN,
    ownMs: report['feed_time_to_parity_ms'] ?? Number.NaN,
    probes: report['parity_probes'] ?? Number.NaN,
    covered: report['parity_probes_covered'] ?? Number.NaN,
    switchedMs: Number(switched?.['at_ms']) - startedMs,
  };
}
