// What must hold of everything that runs have to tell, however their sinks behave.

import { EXIT, type ExitCode } from '../../../lib/base/exit-codes.ts';
import type { Lie } from '../../../lib/sim/world/network.ts';
import { FRAME_RULES } from './failover-rules.ts';
import { STATE } from './spool-config.ts';
import type { SpoolAct, SpoolNight } from './spool-night.ts';
import type { SpoolRemotes } from './spool-remotes.ts';
import type { World } from './world.ts';

export const SPOOL_RULES = {
  ...FRAME_RULES,
  nothingLost: 'no metric of a finished run is lost, unless it was dropped and counted',
  nothingTwice: 'no run is counted twice',
  forward: 'counters never go backwards in the gateway',
  newest: 'the newest run is what the gateway shows',
  exit: 'sinks change no exit code',
  telemetry: 'sinks add at most five seconds',
  told: 'what people should hear of a finished run arrives, or its loss is told',
  toldOnce: 'nothing is said twice but for an answer that was lost',
  empties: 'with all sinks back, a flush leaves nothing waiting',
} as const;

export interface SpoolRun {
  readonly name: string;
  readonly host: string;
  readonly what: SpoolAct['what'];
  readonly hasDiskFault: boolean;
}

interface Finished extends SpoolRun {
  readonly id: string | null;
  readonly exit: ExitCode;
  readonly problems: readonly string[];
}

export interface SpoolRules {
  onStart(run: SpoolRun): void;
  /** The target is given back: what follows is telemetry. */
  onClose(name: string): void;
  onEnd(name: string, exit: ExitCode, id: string | null, problems: readonly string[], code: string | null): void;
  onDeath(name: string): void;
  /** What waits is not synced: of the host's metrics and messages nothing is promised any more, of its runs everything. */
  onPowerLoss(host: string): void;
  onRequest(host: string, sink: string, lie: Lie | null): void;
  /** A file was removed from a spool. */
  onRemoved(name: string, path: string): void;
  /** So many records were given up, and somebody was told. */
  onDropped(host: string, count: number): void;
  judgeEnd(): void;
}

const SINKS_MS = 5_000;
/** After these nobody knows whether it arrived. */
const AMBIGUOUS: ReadonlySet<Lie> = new Set<Lie>(['lost reply', 'truncated reply']);

export const JOB_OF: Readonly<Record<string, string>> = { 'ops-1': 'pack-1', 'ops-2': 'pack-2' };

const ENVIRONMENT_GROUP = '/metrics/job/start-live-env/environment/sim/target/sim';

export function watchSpool(world: World, remotes: SpoolRemotes, night: SpoolNight): SpoolRules {
  const running = new Map<string, SpoolRun & { closedMs: number | null }>();
  const finished: Finished[] = [];
  const dead: SpoolRun[] = [];
  const dropped = new Map<string, number>();
  const removed = new Map<string, number>();
  const ambiguous = new Map<string, number>();
  const most = new Map<string, number>();
  const cut = new Set<string>();
  const now = (): number => world.scheduler.nowMs();
  const count = (counts: Map<string, number>, key: string, by = 1): void => {
    counts.set(key, (counts.get(key) ?? 0) + by);
  };

  remotes.onPut = (path, samples) => {
    if (cut.has(path.includes(`/${JOB_OF['ops-2']}/`) ? 'ops-2' : 'ops-1')) return;
    for (const [key, value] of samples) {
      if (!/_(total|count|sum|bucket)(\{|$)/.test(key)) continue;
      const series = `${path} ${key}`;
      const before = most.get(series) ?? 0;
      // What was pushed by a run that was killed before it wrote that down may be dropped for room: its count goes again.
      if (value < before && night.bound === 'wide')
        world.violate(SPOOL_RULES.forward, `${series} falls from ${before} to ${value}`);
      most.set(series, Math.max(before, value));
    }
  };

  const judgeMetrics = (host: string): void => {
    const mine = finished.filter((run) => run.host === host && isJob(run));
    const mayBe = dead.filter((run) => run.host === host && isJob(run)).length;
    const kept = mine.filter((run) => !run.hasDiskFault || !isTelling(run, 'could not be kept'));
    const unsure = mine.length - kept.length + mayBe;
    const group = remotes.groups.get(`/metrics/job/${JOB_OF[host]}/environment/sim`) ?? new Map<string, number>();
    const lost = (dropped.get(host) ?? 0) + (removed.get(host) ?? 0);
    for (const [metric, wanted] of [
      ['job_success_total', [EXIT.ok, EXIT.warning]],
      ['job_failures_total', [EXIT.critical]],
    ] as const) {
      const value = group.get(metric) ?? 0;
      const sure = kept.filter(({ exit }) => wanted.some((one) => one === exit)).length;
      const all = mine.filter(({ exit }) => wanted.some((one) => one === exit)).length;
      const what = `${host}: ${metric} is ${value}, ${sure} runs finished so, ${lost} records were dropped, ${unsure} are unsure`;
      if (value + lost < sure) world.violate(SPOOL_RULES.nothingLost, what);
      if (value > all + unsure) world.violate(SPOOL_RULES.nothingTwice, what);
    }
    const announced = finished.filter((run) => run.host === host && run.what === 'announced' && !run.hasDiskFault);
    const known = [...(remotes.groups.get(ENVIRONMENT_GROUP)?.keys() ?? [])];
    if (announced.length > lost && !known.some((key) => key.startsWith('md_runbook_exit_code'))) {
      world.violate(SPOOL_RULES.nothingLost, `the gateway knows nothing of ${announced.at(-1)?.name}`);
    }
    const last = mine.at(-1);
    if (last === undefined || unsure + lost > 0) return;
    const shown = group.get('job_is_fresh');
    if (last.exit === EXIT.warning) return;
    const wanted = last.exit === EXIT.ok ? 1 : 0;
    if (shown !== wanted)
      world.violate(SPOOL_RULES.newest, `${host}: job_is_fresh is ${shown}, ${last.name} says ${wanted}`);
  };

  const judgeTold = (): void => {
    const lost = (dropped.get('ops-1') ?? 0) + (removed.get('ops-1') ?? 0);
    for (const run of finished) {
      if (run.what !== 'announced' || run.id === null) continue;
      const { id } = run;
      for (const [sink, texts, word] of [
        ['slack.sim', remotes.messages, 'slack'],
        ['grafana.sim', remotes.closedRegions(), 'grafana'],
      ] as const) {
        const copies = texts.filter((text) => text.includes(id)).length;
        if (copies === 0 && lost === 0 && !isTelling(run, word) && !run.hasDiskFault) {
          world.violate(SPOOL_RULES.told, `nobody at ${sink} heard of ${run.name}`);
        }
        const most = 1 + (ambiguous.get(sink) ?? 0) + dead.length;
        if (copies > most && !finished.some(({ hasDiskFault }) => hasDiskFault)) {
          world.violate(SPOOL_RULES.toldOnce, `${sink} heard ${copies} times of ${run.name}`);
        }
      }
    }
  };

  return {
    onStart: (run) => {
      running.set(run.name, { ...run, closedMs: null });
    },
    onClose: (name) => {
      const run = running.get(name);
      if (run !== undefined) run.closedMs = now();
    },
    onDeath: (name) => {
      const run = running.get(name);
      if (run !== undefined) dead.push(run);
      running.delete(name);
    },
    onPowerLoss: (host) => cut.add(host),
    onRequest: (_host, sink, lie) => {
      if (lie !== null && AMBIGUOUS.has(lie)) count(ambiguous, sink);
    },
    onRemoved: (name, path) => {
      // Whoever dies with it cannot tell.
      const run = dead.find((one) => one.name === name);
      if (run !== undefined && path.startsWith(`${STATE}/spool/`)) count(removed, run.host);
    },
    onDropped: (host, many) => count(dropped, host, many),
    onEnd: (name, exit, id, problems, code) => {
      const run = running.get(name);
      running.delete(name);
      if (run === undefined) return;
      if (exit === EXIT.bug || exit === -1)
        world.violate(SPOOL_RULES.noBug, `${name}: ${code ?? 'threw past the frame'}`);
      for (const problem of problems) {
        const many = /^(\d+) telemetry records were/.exec(problem);
        if (many !== null) count(dropped, run.host, Number(many[1]));
        // Given up when the time for it was over: it may have arrived.
        if (problem.includes('cancelled')) count(ambiguous, problem.includes('grafana') ? 'grafana.sim' : 'slack.sim');
      }
      if (exit === EXIT.busy || exit === EXIT.stateNotWritten) {
        // Refused by another run, or by the disk: nothing was finished, something may have been counted.
        if (exit !== EXIT.busy) dead.push(run);
        return;
      }
      finished.push({ ...run, id, exit, problems });
      const wanted = run.what === 'failing job' ? EXIT.critical : EXIT.ok;
      // Who sets the clock during a job makes it late.
      const isLate =
        exit === EXIT.warning && run.what === 'job' && night.faults.some(({ kind }) => kind === 'wall step');
      if (run.what !== 'flush' && exit !== wanted && !isLate) {
        world.violate(SPOOL_RULES.exit, `${name} (${run.what}) ends with ${exit}: ${code}`);
      }
      const tookMs = run.closedMs === null ? 0 : now() - run.closedMs;
      if (tookMs > SINKS_MS) world.violate(SPOOL_RULES.telemetry, `${name} takes ${Math.round(tookMs)} ms more`);
    },
    judgeEnd: () => {
      for (const host of world.hosts.keys()) if (!cut.has(host)) judgeMetrics(host);
      if (!cut.has('ops-1')) judgeTold();
    },
  };
}

function isJob({ what }: SpoolRun): boolean {
  return what === 'job' || what === 'failing job';
}

function isTelling({ problems }: Finished, word: string): boolean {
  return problems.some((problem) => problem.includes(word));
}
