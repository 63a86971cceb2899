// Two operators and a timer start, stop and restart one environment while its components misbehave; then it is quiet.

import { Fault } from '../../../lib/base/fault.ts';
import type { LoadedConfig } from '../../../lib/services/config/loaded.ts';
import type { Gate } from '../../../lib/sim/world/gate.ts';
import { createSimProcesses } from '../../../lib/sim/world/processes.ts';
import { command as startLiveEnv } from '../../../scripts/start-live-env.ts';
import { mustHaveEnded } from './failover-world.ts';
import { type Acknowledged, acknowledge, judgeAcknowledged, judgeJournals } from './journal-rules.ts';
import { COMPONENT_NAMES, QUIET_YAML, SINKS, TOLD_ENV, TOLD_YAML } from './live-env-config.ts';
import { componentOf, createLiveHost, type LiveHost } from './live-env-host.ts';
import {
  LIVE_GOLDEN,
  type LiveAct,
  type LiveFault,
  type LiveNight,
  makeLiveNight,
  NIGHT_MS,
  PROBE_LIES,
  simplerLiveNights,
} from './live-env-night.ts';
import { CANCELLED_EXIT, LIVE_RULES, type LiveRules, watchLiveEnv } from './live-env-rules.ts';
import { planDisk, withDeath } from './mortal.ts';
import { CALM } from './night.ts';
import { configOf, type Played, runCommand } from './run-command.ts';
import { type Report, reportOf, type SimWorld } from './sim-world.ts';
import { createWorld, type World } from './world.ts';

const HOST = 'ops-1';
const LONGEST_RUN_MS = 60_000;
/** How long a finished program may linger before it is gone. */
const LINGER_MS = 1_000;
const CANCELLED = new Fault('cancelled', 'Cancelled by SIGINT', { exit: CANCELLED_EXIT });

type Configs = Readonly<Record<`${'quiet' | 'told'} ${'primary' | 'backup'}`, LoadedConfig>>;

export async function openLiveEnvWorld(): Promise<SimWorld<LiveNight>> {
  const active = (yaml: string): string => yaml.replace('feeds:', 'feeds:\n  active: backup');
  const configs: Configs = {
    'quiet primary': await configOf(QUIET_YAML),
    'quiet backup': await configOf(active(QUIET_YAML)),
    'told primary': await configOf(TOLD_YAML, TOLD_ENV),
    'told backup': await configOf(active(TOLD_YAML), TOLD_ENV),
  };
  return {
    name: 'live-env',
    make: makeLiveNight,
    play: (seed, night, keepsTrace) => playNight(seed, night, configs, keepsTrace),
    golden: LIVE_GOLDEN,
    withCrash: withDeath,
    simpler: simplerLiveNights,
  };
}

interface Stage {
  readonly world: World;
  readonly host: LiveHost;
  readonly rules: LiveRules;
  readonly configs: Configs;
  readonly night: LiveNight;
}

async function playNight(seed: number, night: LiveNight, configs: Configs, keepsTrace = false): Promise<Report> {
  const world = createWorld({ seed, keepsTrace });
  world.addHost(HOST);
  const host = createLiveHost(world, night);
  const rules = watchLiveEnv(world, host);
  const stage: Stage = { world, host, rules, configs, night };
  const acknowledged: Acknowledged = new Map();
  world.judge = (program, kind, what, isDone) => {
    if (!isDone) return;
    if (kind === 'sync') acknowledge(acknowledged, program.host, what);
    // What a run says is judged by what is true when it gives its target back.
    if (kind === 'unlock' && what.includes('/target/')) rules.onClose(program.name);
  };
  world.onPowerLoss = () => {
    host.table.killAll();
    host.units.reboot();
  };
  layWires(stage);
  for (const fault of night.faults) planFault(stage, fault);
  const played: (Played | null)[] = night.acts.map(() => null);
  night.acts.forEach((act, index) => {
    world.at(act.atMs, () => {
      played[index] = begin(stage, `run-${index + 1}`, act);
    });
  });
  await world.run(NIGHT_MS);
  mustHaveEnded(world);
  const atDawn = await dawn(stage);
  if (world.violation() === null) {
    for (const each of world.hosts.values()) {
      judgeJournals(world, each, true);
      judgeAcknowledged(world, each, acknowledged);
    }
  }
  return reportOf(world, [...played.map((one) => one?.program), atDawn?.program]);
}

export function judgeReached(world: World, isReached: boolean, failure: string): void {
  if (!isReached) world.violate(LIVE_RULES.reachesGoal, failure);
}

/** Everything behaves again: a start must reach its goal, then a stop. */
async function dawn(stage: Stage): Promise<Played | null> {
  const { world, host, night } = stage;
  if (world.violation() !== null) return null;
  host.calm();
  world.tell('quiet');
  let first: Played | null = null;
  let failure = '';
  const play = async (verb: string, crash: LiveAct['crash']): Promise<Played> => {
    const act: LiveAct = {
      ...CALM,
      atMs: 0,
      operator: 'wang',
      route: 'primary',
      argv: [verb, '--yes', '--no-input'],
      crash,
      losesPower: crash !== null && night.dawnLosesPower === true,
    };
    const played = begin(stage, `dawn-${world.programs.length}`, act);
    first ??= played;
    await world.run(world.scheduler.nowMs() + LONGEST_RUN_MS);
    mustHaveEnded(world);
    return played;
  };
  if (night.dawnCrash !== null) await play('start', night.dawnCrash);
  const reach = async (verb: string): Promise<boolean> => {
    if (world.violation() !== null) return true;
    const { answer } = await play(verb, null);
    const isThere = COMPONENT_NAMES.filter((name) => host.aliveOf(name).length > 0);
    const isReached = verb === 'stop' ? isThere.length === 0 : isThere.length === COMPONENT_NAMES.length - 1;
    if (answer?.exit === 0 && isReached) return true;
    const why = answer?.fault?.message ?? answer?.outcome?.summary ?? '';
    failure = `${verb} at dawn ends with ${answer?.exit} (${why}); there: ${isThere.join(', ')}`;
    return false;
  };
  // What a dead run left half started may hang: a start does not stop what is not its own, a restart does.
  const isReached = ((await reach('start')) || (await reach('restart'))) && (await reach('stop'));
  judgeReached(world, isReached, failure);
  return first;
}

function begin(stage: Stage, name: string, act: LiveAct): Played {
  const { world, host, rules, configs, night } = stage;
  const { argv, operator, route } = act;
  const verb = argv[0] ?? 'start';
  const cancelAtMs = act.cancelAtMs === null ? null : world.scheduler.nowMs() + act.cancelAtMs;
  const mark = `${world.chance.fork(`mark ${name}`).below(1e9).toString(16).padStart(16, '0')}.`;
  const program = world.start({
    name,
    host: HOST,
    operator,
    crash: act.crash,
    diskFault: planDisk(act.diskFault),
    processes: (gate) => processesOf(stage, name, gate, mark),
    sockets: (gate) => host.sockets(gate),
    onDeath: (dead) => {
      rules.onDeath(name);
      if (act.losesPower && !dead.hasEnded) world.losePower(HOST);
    },
  });
  world.tell(`${name}: ${operator} runs start-live-env ${argv.join(' ')}, ${route} by configuration`);
  rules.onStart({ name, verb, isDryRun: argv.includes('--dry-run'), isAlone: isAlone(night, act), cancelAtMs });
  const loaded = configs[`${night.sinks === 'none' ? 'quiet' : 'told'} ${route}`];
  const played = runCommand(program, startLiveEnv, argv, loaded, (exit, { answer, failure }) => {
    const reason = answer?.fault?.message ?? answer?.outcome?.summary ?? String(failure);
    world.tell(`${name} ends with exit ${exit}: ${reason}`);
    const code = answer?.fault?.code ?? (failure instanceof Error ? (failure.stack ?? null) : null);
    rules.onEnd(name, exit, answer?.outcome?.report, code);
    world.at(LINGER_MS, () => program.gate.kill());
  });
  if (act.cancelAtMs !== null) {
    world.at(act.cancelAtMs, () => {
      if (played.answer === null && program.gate.isAlive) world.tell(`${name} is told to stop`);
      played.cancel(CANCELLED);
    });
  }
  return played;
}

function processesOf({ world, host, rules }: Stage, name: string, gate: Gate, mark: string) {
  const processes = createSimProcesses({
    scheduler: world.scheduler,
    gate,
    table: host.table,
    mark,
    conductOf: (argv) => {
      const component = componentOf(argv)!;
      rules.onStartCommand(name, component);
      return host.conductOf(component);
    },
    step: (argv, self, done) => {
      const [program = '', first = ''] = argv;
      if (program === 'edge-control') {
        if (first === 'up') rules.onStartCommand(name, 'edge');
        else rules.onStopCommand(name, 'edge');
        return host.edgeControl(first, self, done);
      }
      if (program !== 'systemctl') return done({ exitCode: 0, stdout: 'last words\n' });
      const [verb = '', unit = ''] = [argv[2], argv[4]];
      const component = componentOf([unit])!;
      if (verb === 'start') rules.onStartCommand(name, component);
      if (verb === 'stop') rules.onStopCommand(name, component);
      host.units.tell(verb, unit, done);
    },
  });
  return {
    ...processes,
    stop: (process: Parameters<typeof processes.stop>[0], graceMs: number) => {
      const component = componentOf(host.table.find(process.pid)?.argv ?? []);
      if (component !== null && gate.isAlive) rules.onStopCommand(name, component);
      return processes.stop(process, graceMs);
    },
  };
}

function isAlone(night: LiveNight, { crash, diskFault, cancelAtMs }: LiveAct): boolean {
  const isCalm = crash === null && diskFault === null && cancelAtMs === null;
  return isCalm && night.acts.length === 1 && night.oddities.length + night.faults.length === 0 && night.lieShare === 0;
}

function layWires({ world, night }: Stage): void {
  const chance = world.chance.fork('lies');
  for (const sink of SINKS) {
    world.network.connect(sink, ({ path }) => ({
      status: sink === 'pager.sim' || path.startsWith('/metrics/') ? 202 : 200,
      headers: { 'content-type': 'application/json' },
      body: sink === 'slack.sim' ? 'ok' : '{"id":1,"message":"ok","status":"success","dedup_key":"k"}',
    }));
  }
  world.network.lieOf = (_from, hostname) => {
    if (SINKS.some((sink) => sink === hostname))
      return night.sinks === 'fine' || night.sinks === 'none' ? null : night.sinks;
    if (world.scheduler.nowMs() >= night.lieUntilMs || !chance.isTrue(night.lieShare)) return null;
    const lie = chance.pick(PROBE_LIES);
    world.tell(`a probe of ${hostname} meets: ${lie}`);
    return lie;
  };
}

function planFault({ world, host }: Stage, fault: LiveFault): void {
  world.at(fault.atMs, () => {
    switch (fault.kind) {
      case 'dies': {
        const [victim] = host.aliveOf(fault.component);
        if (victim === undefined) return;
        world.tell(`${fault.component} crashes`);
        return host.table.kill(victim);
      }
      case 'is killed with its children':
        for (const process of host.aliveOf(fault.component)) host.table.kill(process);
        return;
      case 'foreigner':
        world.tell(`something else answers in the place of ${fault.component}`);
        host.foreigners.add(fault.component);
        return world.at(fault.forMs, () => host.foreigners.delete(fault.component));
      case 'wall step':
        world.tell(`the wall clock is stepped by ${fault.byMs / 1_000} s`);
        return world.hosts.get(HOST)!.stepWall(fault.byMs);
    }
  });
}
