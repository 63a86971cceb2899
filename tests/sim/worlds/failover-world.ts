// Two operators on two hosts, a timer, two routes and a network that lies; then quiet, and everybody reconciles.

import { Fault } from '../../../lib/base/fault.ts';
import { ROUTE_NAMES } from '../../../lib/base/feed-routes.ts';
import type { LoadedConfig } from '../../../lib/services/config/loaded.ts';
import type { DiskFault } from '../../../lib/sim/world/files.ts';
import type { Program } from '../../../lib/sim/world/program.ts';
import { createRoutePair, describePair, type RoutePair } from '../../../lib/sim/world/route-pair.ts';
import { command as failover } from '../../../scripts/failover.ts';
import { FAILOVER_YAML, INTENT, STOP_FIRST_YAML } from './failover-config.ts';
import { type FailoverRules, RULES, type RunFacts, watchFailover } from './failover-rules.ts';
import { type Acknowledged, acknowledge, judgeAcknowledged, judgeJournals } from './journal-rules.ts';
import { withDeath } from './mortal.ts';
import { type Act, CALM, GOLDEN, HOSTS, makeNight, NIGHT_MS, type Night, simplerNights } from './night.ts';
import { planFault } from './night-faults.ts';
import { configOf, type Played, runCommand } from './run-command.ts';
import { type Report, reportOf, type SimWorld } from './sim-world.ts';
import { createWorld, START_WALL_MS, type World } from './world.ts';

const LONGEST_RUN_MS = 60_000;

export async function openFailoverWorld(): Promise<SimWorld<Night>> {
  const config = await loadFailoverConfig();
  return {
    name: 'failover',
    make: makeNight,
    play: (seed, night, keepsTrace) => playNight(seed, night, config, keepsTrace),
    golden: GOLDEN,
    withCrash: withDeath,
    simpler: simplerNights,
  };
}

interface FailoverWorldConfig {
  readonly 'promote-first': LoadedConfig;
  readonly 'stop-first': LoadedConfig;
}

async function loadFailoverConfig(): Promise<FailoverWorldConfig> {
  return { 'promote-first': await configOf(FAILOVER_YAML), 'stop-first': await configOf(STOP_FIRST_YAML) };
}

async function playNight(seed: number, night: Night, config: FailoverWorldConfig, keepsTrace = false): Promise<Report> {
  const world = createWorld({ seed, keepsTrace });
  for (const host of HOSTS) world.addHost(host, host === 'ops-2' ? 1.0005 : 1);
  const pair = createRoutePair(world.scheduler, world.network, world.chance.fork('routes'), START_WALL_MS);
  const rules = watchFailover(world, pair);
  const acknowledged: Acknowledged = new Map();
  world.judge = ({ host }, kind, what, isDone) => {
    if (kind === 'sync' && isDone) acknowledge(acknowledged, host, what);
  };
  layWires(world, night, rules);
  for (const fault of night.faults) planFault(world, pair, rules, fault);
  const played: (Played | null)[] = night.acts.map(() => null);
  night.acts.forEach((act, index) => {
    world.at(act.atMs, () => {
      played[index] = start(world, rules, config[night.strategy], `run-${index + 1}`, night, act);
    });
  });
  await world.run(NIGHT_MS + LONGEST_RUN_MS);
  mustHaveEnded(world);
  const atDawn = await dawn(world, pair, rules, config[night.strategy], night, acknowledged);
  return reportOf(world, [...played.map((one) => one?.program), atDawn?.program]);
}

/** After the last fault: people reconcile on both hosts, and whoever finds an unsettled pair decides. */
async function dawn(
  world: World,
  pair: RoutePair,
  rules: FailoverRules,
  loaded: LoadedConfig,
  night: Night,
  acknowledged: Acknowledged,
): Promise<Played | null> {
  let first: Played | null = null;
  if (world.violation() === null) heal(world, pair);
  for (const round of DAWN) {
    for (const host of HOSTS) {
      const argv = round(pair, hasUnfinished(world, host), host === 'ops-1');
      if (argv === null || world.violation() !== null) continue;
      world.tell(`${host} at dawn: ${describePair(pair)}`);
      const crash = first === null ? night.dawnCrash : null;
      const losesPower = crash !== null && night.dawnLosesPower === true;
      const act = { ...CALM, atMs: 0, host, argv: [...argv, '--yes', '--no-input'], crash, losesPower };
      const played = start(world, rules, loaded, `dawn-${world.programs.length} on ${host}`, night, act);
      first ??= played;
      await world.run(world.scheduler.nowMs() + LONGEST_RUN_MS);
      mustHaveEnded(world);
    }
  }
  if (world.violation() === null) {
    for (const host of world.hosts.values()) {
      judgeJournals(world, host, true);
      judgeAcknowledged(world, host, acknowledged);
    }
    judgeSettled(world, pair);
  }
  return first;
}

function heal(world: World, pair: RoutePair): void {
  for (const route of ROUTE_NAMES) {
    pair.restart(route);
    pair.routes[route].ticks = true;
    pair.routes[route].missing = 0;
  }
  pair.control.isAlive = true;
  world.tell(`quiet: ${describePair(pair)}`);
}

type Round = (pair: RoutePair, isUnfinished: boolean, decides: boolean) => readonly string[] | null;

const reconcileIfNeeded: Round = (pair, isUnfinished) => (isUnfinished || !isSettled(pair) ? ['reconcile'] : null);
/** One person decides, on one host, what no program may. */
const decide: Round = (pair, _isUnfinished, decides) =>
  decides && !isSettled(pair) ? ['reconcile', `--keep=${pair.control.active ?? 'primary'}`] : null;
const DAWN: readonly Round[] = [reconcileIfNeeded, decide, reconcileIfNeeded, reconcileIfNeeded];

function hasUnfinished(world: World, host: string): boolean {
  const { disk } = world.hosts.get(host)!;
  return disk.has(INTENT) || disk.paths().some((path) => path.endsWith('.ndjson.open'));
}

export function judgeSettled(world: World, pair: RoutePair): void {
  if (!isSettled(pair)) world.violate(RULES.settles, describePair(pair));
}

function isSettled({ control, routes }: RoutePair): boolean {
  const { active } = control;
  if (active === null || routes[active].role !== 'primary') return false;
  return routes[active === 'primary' ? 'backup' : 'primary'].role !== 'primary';
}

function start(world: World, rules: FailoverRules, loaded: LoadedConfig, name: string, night: Night, act: Act): Played {
  const { argv, host } = act;
  const facts: RunFacts = {
    name,
    host,
    verb: argv[0] ?? '',
    isDryRun: argv.includes('--dry-run'),
    isAutomatic: argv.includes('--automatic'),
    acceptsGap: argv.includes('--accept-gap'),
    strategy: night.strategy,
    decides: argv.some((word) => word.startsWith('--keep')),
    isAlone: night.acts.length === 1 && night.faults.length === 0 && night.lieShare === 0 && isCalm(act),
  };
  const diskFault = act.diskFault === null ? () => null : planDiskFault(act.diskFault);
  const program = world.start({
    name,
    host,
    operator: host === 'ops-1' ? 'wang' : 'li',
    crash: act.crash,
    diskFault,
    onDeath: () => {
      rules.onDeath(facts);
      if (act.losesPower) world.losePower(host);
    },
  });
  world.tell(
    `${name}: ${facts.isAutomatic ? 'a timer' : program.effects.environment.operator} on ${host} runs failover ${argv.join(' ')}`,
  );
  rules.onStart(facts);
  const played = runCommand(program, failover, argv, loaded, (exit, { answer, failure }) => {
    const reason = answer?.fault?.message ?? answer?.outcome?.summary ?? String(failure);
    world.tell(`${name} ends with exit ${exit}: ${reason}`);
    rules.onEnd(facts, exit, answer?.fault?.code ?? (failure instanceof Error ? (failure.stack ?? null) : null));
  });
  if (act.cancelAtMs !== null) {
    world.at(act.cancelAtMs, () => {
      if (played.answer === null && program.gate.isAlive) world.tell(`${name} is told to stop`);
      played.cancel(CANCELLED);
    });
  }
  if (act.stop) freeze(world, rules, program, act.stop);
  return played;
}

/** The n-th write, sync or rename, and when it lasts whatever comes after it. */
function planDiskFault({ nth, code, lasts }: NonNullable<Act['diskFault']>): DiskFault {
  let writes = 0;
  return (what) => {
    const isCounted = what === 'write' || what === 'sync' || what === 'rename';
    if (isCounted) writes += 1;
    if (writes === nth && isCounted) return code;
    // A full disk still takes names away.
    return lasts && writes > nth && !(what === 'remove' && code === 'ENOSPC') ? code : null;
  };
}

/** Whoever stands still acts on what it saw before: its next moments are nobody's fault. */
function freeze(world: World, rules: FailoverRules, program: Program, { atMs, forMs }: NonNullable<Act['stop']>): void {
  world.at(atMs, () => {
    if (program.hasEnded || !program.gate.isAlive) return;
    world.tell(`${program.name} is stopped for ${forMs / 1_000} s`);
    world.at(forMs, () => {
      world.tell(`${program.name} goes on`);
      rules.disturb();
    });
    program.gate.freeze(forMs);
    rules.disturb();
  });
}

const CANCELLED = new Fault('cancelled', 'Cancelled by SIGINT', { exit: 130 });

function isCalm({ crash, diskFault, cancelAtMs, stop = null }: Act): boolean {
  return crash === null && diskFault === null && cancelAtMs === null && stop === null;
}

function layWires(world: World, night: Night, rules: FailoverRules): void {
  const chance = world.chance.fork('lies');
  const partitioned = new Set(night.faults.flatMap((fault) => (fault.kind === 'partition' ? [fault] : [])));
  world.network.lieOf = (from, hostname, request) => {
    const now = world.scheduler.nowMs();
    const isCut = [...partitioned].some(
      (fault) => hostname === `${fault.route}.sim` && now >= fault.atMs && now < fault.atMs + fault.forMs,
    );
    const lie = isCut
      ? ('black hole' as const)
      : now < night.lieUntilMs && night.lies.length > 0 && chance.isTrue(night.lieShare)
        ? chance.pick(night.lies)
        : null;
    if (lie !== null) world.tell(`${from} to ${hostname} ${request.path}: ${lie}`);
    rules.onRequest(from, hostname, request, lie);
    return lie;
  };
}

export function mustHaveEnded(world: World): void {
  if (world.violation() !== null) return;
  for (const program of world.programs) {
    if (program.gate.isAlive && !program.hasEnded) world.violate(RULES.ends, `${program.name} does not end`);
  }
}
