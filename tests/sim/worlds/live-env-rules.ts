// What must hold when an environment is started and stopped, whatever happens to it.

import { EXIT, type ExitCode } from '../../../lib/base/exit-codes.ts';
import { isRecord, own } from '../../../lib/base/json.ts';
import { FRAME_RULES, RULES as SHARED } from './failover-rules.ts';
import { COMPONENT_NAMES, COMPONENTS, type ComponentName, STOP_TIMEOUT_MS } from './live-env-config.ts';
import { componentOf, type LiveHost } from './live-env-host.ts';
import type { World } from './world.ts';

const { dryRun, alone, works } = SHARED;

export const LIVE_RULES = {
  dryRun,
  alone,
  works,
  ...FRAME_RULES,
  readyIsReady: 'reported ready, so every component is up and ready at that moment',
  stoppedIsStopped: 'reported stopped, so nothing of ours runs',
  needsFirst: 'no component is started before what it needs is ready',
  dependentsFirst: 'no component is stopped before what needs it',
  ownOnly: 'a failed start stops only what it started itself',
  undone: 'a failed start leaves nothing of its own behind unless it says so',
  oneCopy: 'no second copy of a component, ever',
  statusIsTrue: 'status calls ready only what is ready',
  telemetry: 'sinks add at most five seconds',
  reachesGoal: 'after the faults a start and a stop reach their goal',
} as const;

export interface LiveRun {
  readonly name: string;
  readonly verb: string;
  readonly isDryRun: boolean;
  /** Nothing odd happens in this night. */
  readonly isAlone: boolean;
  readonly cancelAtMs: number | null;
}

interface ActiveRun extends LiveRun {
  readonly sinceMs: number;
  readonly started: Set<ComponentName>;
  readonly told: Map<ComponentName, number>;
  readonly unmanaged: ReadonlySet<ComponentName>;
  /** What was true when the run said how it ended. */
  closed: Closing | null;
}

interface Closing {
  readonly atMs: number;
  readonly lastReadyMs: Readonly<Record<ComponentName, number>>;
  readonly diedMs: Readonly<Record<ComponentName, number>>;
  readonly alive: Readonly<Record<ComponentName, number>>;
  readonly stoppable: Readonly<Record<ComponentName, number>>;
  readonly foreigners: ReadonlySet<ComponentName>;
}

export interface LiveRules {
  onStart(run: LiveRun): void;
  onStartCommand(name: string, component: ComponentName): void;
  onStopCommand(name: string, component: ComponentName): void;
  /** The terminal record was written, or could not be; the lock is given back. */
  onClose(name: string): void;
  onEnd(name: string, exit: ExitCode, report: unknown, code: string | null): void;
  onDeath(name: string): void;
}

/** A component may be seen ready, die, and be reported within one round of looks. */
const LOOK_MS = 1_000;
const SINKS_MS = 5_000;
/** How long a cancelled flow may take to end in order. */
const UNWIND_MS = 7_000;
export const CANCELLED_EXIT = 130;

export function watchLiveEnv(world: World, host: LiveHost): LiveRules {
  const running = new Map<string, ActiveRun>();
  /** Ended, and not yet gone. */
  const lingering = new Map<string, ActiveRun>();
  const find = (name: string): ActiveRun | undefined => running.get(name) ?? lingering.get(name);
  const now = (): number => world.scheduler.nowMs();

  /** Without those that no signal ends and that were told. */
  const stoppableOf = (component: ComponentName): number =>
    host.aliveOf(component).filter(({ conduct, toldMs }) => !(conduct.isStuck && Number.isFinite(toldMs))).length;

  const endings = host.table.onChange;
  host.table.onChange = (process, what) => {
    endings(process, what);
    const component = componentOf(process.argv);
    if (component === null) return;
    world.tell(`${component} (${process.pid}) ${what}`);
    const copies = host.aliveOf(component).length;
    if (what === 'born' && copies > 1) world.violate(LIVE_RULES.oneCopy, `${copies} of ${component}`);
  };

  const mayAct = (run: ActiveRun, what: string): void => {
    if (run.isDryRun || run.verb === 'status') world.violate(LIVE_RULES.dryRun, `${run.name} ${what}`);
    if (run.closed !== null) world.violate(LIVE_RULES.alone, `${run.name} ${what} after it gave the lock back`);
    const other = [...running.values()].find((one) => one !== run && one.started.size + one.told.size > 0);
    if (other !== undefined && other.closed === null)
      world.violate(LIVE_RULES.alone, `${run.name} ${what} beside ${other.name}`);
  };

  return {
    onStart: (run) => {
      const facts = { sinceMs: now(), started: new Set<ComponentName>(), told: new Map<ComponentName, number>() };
      running.set(run.name, { ...run, ...facts, unmanaged: new Set(host.foreigners), closed: null });
    },
    onStartCommand: (name, component) => {
      const run = find(name);
      if (run === undefined) return;
      mayAct(run, `starts ${component}`);
      run.started.add(component);
      run.told.delete(component);
      world.tell(`${name} starts ${component}`);
      const isMet = (needed: ComponentName): boolean =>
        host.lastReadyMs(needed) >= run.sinceMs || host.foreigners.has(needed) || run.unmanaged.has(needed);
      for (const needed of neededBy(component, run, host, isMet)) {
        if (!isMet(needed)) world.violate(LIVE_RULES.needsFirst, `${name} starts ${component}, ${needed} is not ready`);
      }
    },
    onStopCommand: (name, component) => {
      const run = find(name);
      if (run === undefined) return;
      mayAct(run, `stops ${component}`);
      world.tell(`${name} stops ${component}`);
      if (run.verb === 'start' && !run.started.has(component)) {
        world.violate(LIVE_RULES.ownOnly, `${name} stops ${component}, which it did not start`);
      }
      if (!run.told.has(component)) run.told.set(component, now());
      for (const dependent of COMPONENT_NAMES) {
        if (!COMPONENTS[dependent].after.includes(component) || stoppableOf(dependent) === 0) continue;
        if (run.verb === 'start' && !run.started.has(dependent)) continue;
        const toldMs = run.told.get(dependent) ?? Number.POSITIVE_INFINITY;
        // One that resists is passed over when its time is up.
        if (now() - toldMs >= STOP_TIMEOUT_MS - 1) continue;
        world.violate(LIVE_RULES.dependentsFirst, `${name} stops ${component} while ${dependent} runs`);
      }
    },
    onClose: (name) => {
      const run = running.get(name);
      if (run === undefined || run.closed !== null) return;
      run.closed = {
        foreigners: new Set(host.foreigners),
        atMs: now(),
        lastReadyMs: ofEach((component) => host.lastReadyMs(component)),
        diedMs: ofEach((component) => host.diedByItselfMs(component)),
        alive: ofEach((component) => host.aliveOf(component).length),
        stoppable: ofEach(stoppableOf),
      };
    },
    onDeath: (name) => {
      running.delete(name);
      lingering.delete(name);
    },
    onEnd: (name, exit, report, code) => {
      const run = running.get(name);
      running.delete(name);
      if (run === undefined) return;
      lingering.set(name, run);
      if (exit === EXIT.bug || exit === -1)
        world.violate(LIVE_RULES.noBug, `${name}: ${code ?? 'threw past the frame'}`);
      if (run.isAlone && exit !== EXIT.ok && run.verb !== 'status') {
        world.violate(LIVE_RULES.works, `${name} (${run.verb}) ends with ${exit}: ${code}`);
      }
      if (run.verb === 'status') judgeStatus(world, host, run, report);
      const { closed } = run;
      if (closed === null || run.isDryRun) return;
      const tookMs = now() - closed.atMs;
      if (tookMs > SINKS_MS) world.violate(LIVE_RULES.telemetry, `${name} takes ${Math.round(tookMs)} ms more`);
      if (read(report, 'ready') === true || exit === EXIT.ok) judgeReported(world, run, closed, report);
      if (exit === EXIT.ok && run.verb === 'stop') judgeStopped(world, run, closed);
      const isCancelled = exit === CANCELLED_EXIT && closed.atMs - (run.cancelAtMs ?? 0) < UNWIND_MS;
      if ((exit === EXIT.critical || isCancelled) && run.verb !== 'stop') judgeUndone(world, run, closed, report);
    },
  };
}

function judgeReported(world: World, run: ActiveRun, closed: Closing, report: unknown): void {
  if (read(report, 'ready') !== true) return;
  for (const component of namesIn(read(report, 'components'))) {
    if (closed.atMs - closed.lastReadyMs[component] <= LOOK_MS) continue;
    // Somebody else answers for it, since before this run.
    if (run.unmanaged.has(component) && !run.started.has(component)) continue;
    // Who answers cannot be told as long as ours is still there.
    const wasThere = closed.alive[component] > 0 || closed.atMs - closed.diedMs[component] <= LOOK_MS;
    if (closed.foreigners.has(component) && (!run.started.has(component) || wasThere)) continue;
    const seen = closed.lastReadyMs[component];
    const when = Number.isFinite(seen)
      ? `was last ready ${Math.round(closed.atMs - seen)} ms before`
      : 'never was ready';
    world.violate(LIVE_RULES.readyIsReady, `${run.name} reports ready, ${component} ${when}`);
  }
}

function judgeStopped(world: World, run: ActiveRun, closed: Closing): void {
  for (const component of COMPONENT_NAMES) {
    if (closed.alive[component] > 0) world.violate(LIVE_RULES.stoppedIsStopped, `${run.name}: ${component} runs`);
  }
}

function judgeUndone(world: World, run: ActiveRun, closed: Closing, report: unknown): void {
  const rolledBack = read(report, 'rolled_back');
  const told = new Set(
    (Array.isArray(rolledBack) ? rolledBack : [])
      .filter((row) => read(row, 'state') === 'failed')
      .map((row) => read(row, 'name')),
  );
  for (const component of run.started) {
    if (closed.stoppable[component] === 0 || told.has(component)) continue;
    world.violate(LIVE_RULES.undone, `${run.name} failed and leaves ${component}`);
  }
}

function judgeStatus(world: World, host: LiveHost, run: ActiveRun, report: unknown): void {
  const rows = read(report, 'components');
  for (const row of Array.isArray(rows) ? rows : []) {
    const component = COMPONENT_NAMES.find((name) => name === read(row, 'name'));
    if (component === undefined || read(row, 'state') !== 'ready') continue;
    if (host.lastReadyMs(component) >= run.sinceMs || host.foreigners.has(component) || run.unmanaged.has(component))
      continue;
    world.violate(LIVE_RULES.statusIsTrue, `${run.name} calls ${component} ready`);
  }
}

/**
 * Of two routes only the one that the run starts matters, or one that is well: a dead run under another configuration
 * may have left the other one half started.
 */
function neededBy(
  component: ComponentName,
  { started }: ActiveRun,
  host: LiveHost,
  isMet: (needed: ComponentName) => boolean,
): ComponentName[] {
  const needs = COMPONENTS[component].after;
  const routes = needs.filter((needed) => COMPONENTS[needed].route !== null);
  const own = routes.filter((route) => started.has(route));
  const there = routes.filter((route) => host.aliveOf(route).length > 0);
  const wanted = own.length > 0 ? own : there.some(isMet) ? [] : there;
  return needs.filter((needed) => !routes.includes(needed) || wanted.includes(needed));
}

function read(value: unknown, key: string): unknown {
  return isRecord(value) ? own(value, key) : undefined;
}

function namesIn(rows: unknown): ComponentName[] {
  if (!Array.isArray(rows)) return [];
  return COMPONENT_NAMES.filter((name) => rows.some((row) => isRecord(row) && row['name'] === name));
}

function ofEach(value: (component: ComponentName) => number): Record<ComponentName, number> {
  return Object.fromEntries(COMPONENT_NAMES.map((name) => [name, value(name)])) as Record<ComponentName, number>;
}
