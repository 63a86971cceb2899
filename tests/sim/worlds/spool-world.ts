// Cheap commands on two hosts while their sinks fail in every way and the gateway forgets; then all is well, and flushed.

import { EXIT, type ExitCode } from '../../../lib/base/exit-codes.ts';
import type { LoadedConfig } from '../../../lib/services/config/loaded.ts';
import { command as jobWatch } from '../../../scripts/job-watch.ts';
import { command as spool } from '../../../scripts/spool.ts';
import { command as startLiveEnv } from '../../../scripts/start-live-env.ts';
import { mustHaveEnded } from './failover-world.ts';
import { type Acknowledged, acknowledge, judgeAcknowledged, judgeJournals } from './journal-rules.ts';
import { planDisk, withDeath } from './mortal.ts';
import { configOf, type Played, runCommand } from './run-command.ts';
import { type Report, reportOf, type SimWorld } from './sim-world.ts';
import { NARROW_YAML, SECRETS, STATE, WIDE_YAML } from './spool-config.ts';
import {
  makeSpoolNight,
  SPOOL_GOLDEN,
  SPOOL_HOSTS,
  type SpoolAct,
  type SpoolFault,
  type SpoolNight,
  simplerSpoolNights,
} from './spool-night.ts';
import { createSpoolRemotes, type SpoolRemotes } from './spool-remotes.ts';
import { JOB_OF, SPOOL_RULES, type SpoolRules, watchSpool } from './spool-rules.ts';
import { createWorld, type World } from './world.ts';

const LONGEST_RUN_MS = 60_000;
/** Longer than any breaker stays open. */
const REST_MS = 600_000;
/** How long a finished program may linger before it is gone. */
const LINGER_MS = 1_000;

type Configs = Readonly<Record<SpoolNight['bound'], LoadedConfig>>;

export async function openSpoolWorld(): Promise<SimWorld<SpoolNight>> {
  const configs: Configs = { wide: await configOf(WIDE_YAML, SECRETS), narrow: await configOf(NARROW_YAML, SECRETS) };
  return {
    name: 'spool',
    make: makeSpoolNight,
    play: (seed, night, keepsTrace) => playNight(seed, night, configs, keepsTrace),
    golden: SPOOL_GOLDEN,
    withCrash: withDeath,
    simpler: simplerSpoolNights,
  };
}

interface Stage {
  readonly world: World;
  readonly remotes: SpoolRemotes;
  readonly rules: SpoolRules;
  readonly loaded: LoadedConfig;
}

async function playNight(seed: number, night: SpoolNight, configs: Configs, keepsTrace = false): Promise<Report> {
  const world = createWorld({ seed, keepsTrace });
  for (const host of SPOOL_HOSTS) world.addHost(host, host === 'ops-2' ? 1.0005 : 1);
  const remotes = createSpoolRemotes(world);
  const rules = watchSpool(world, remotes, night);
  const stage: Stage = { world, remotes, rules, loaded: configs[night.bound] };
  const acknowledged: Acknowledged = new Map();
  world.judge = (program, kind, what, isDone) => {
    if (!isDone) return;
    if (kind === 'sync') acknowledge(acknowledged, program.host, what);
    if (kind === 'unlock' && what.includes('/target/')) rules.onClose(program.name);
    if (kind === 'remove' && !program.gate.isAlive) rules.onRemoved(program.name, what);
  };
  world.onPowerLoss = ({ name }) => rules.onPowerLoss(name);
  const isOver = layWires(stage, night);
  for (const fault of night.faults) planFault(stage, fault);
  const played: (Played | null)[] = night.acts.map(() => null);
  night.acts.forEach((act, index) => {
    world.at(act.atMs, () => {
      played[index] = begin(stage, `run-${index + 1}`, act);
    });
  });
  await world.run(Math.max(...night.acts.map(({ atMs }) => atMs)) + LONGEST_RUN_MS);
  mustHaveEnded(world);
  isOver.value = true;
  const atDawn = await dawn(stage, night);
  if (world.violation() === null) {
    rules.judgeEnd();
    for (const host of world.hosts.values()) {
      judgeJournals(world, host, false);
      judgeAcknowledged(world, host, acknowledged);
    }
  }
  return reportOf(world, [...played.map((one) => one?.program), atDawn?.program]);
}

/** All sinks are back: a job runs, and what waits is sent by hand. */
async function dawn(stage: Stage, night: SpoolNight): Promise<Played | null> {
  const { world } = stage;
  if (world.violation() !== null) return null;
  world.tell('all sinks are well');
  await world.run(world.scheduler.nowMs() + REST_MS);
  const play = async (what: SpoolAct['what'], host: SpoolAct['host'], crash: SpoolAct['crash']): Promise<Played> => {
    const losesPower = crash !== null && night.dawnLosesPower === true;
    const act: SpoolAct = { atMs: 0, host, what, crash, losesPower, diskFault: null };
    const played = begin(stage, `dawn-${world.programs.length}`, act);
    await world.run(world.scheduler.nowMs() + LONGEST_RUN_MS);
    mustHaveEnded(world);
    return played;
  };
  let first = night.dawnCrash === null ? null : await play('job', 'ops-1', night.dawnCrash);
  for (const host of SPOOL_HOSTS) {
    if (world.violation() !== null) break;
    // Whoever pushes next notices what a gateway that began anew has forgotten.
    const pushed = await play('job', host, null);
    first ??= pushed;
    const { answer } = await play('flush', host, null);
    const left = world.hosts
      .get(host)!
      .disk.paths()
      .filter((path) => path.startsWith(`${STATE}/spool/`) && path.endsWith('.json'));
    judgeEmpty(world, host, answer?.exit, answer?.fault?.message ?? answer?.outcome?.summary ?? '', left);
  }
  return first;
}

/** With all sinks back. */
export function judgeEmpty(
  world: World,
  host: string,
  exit: ExitCode | undefined,
  why: string,
  left: readonly string[],
): void {
  // What is worth nothing any more is given up at the first look.
  const isDone = exit === EXIT.ok || (exit === EXIT.warning && left.length === 0);
  if (isDone && left.length === 0) return;
  world.violate(SPOOL_RULES.empties, `${host}: exit ${exit} (${why}), ${left.length} files wait`);
}

function begin({ world, rules, loaded }: Stage, name: string, act: SpoolAct): Played {
  const { what, host } = act;
  const program = world.start({
    name,
    host,
    operator: 'wang',
    crash: act.crash,
    diskFault: planDisk(act.diskFault),
    child: () => ({ exitCode: what === 'failing job' ? 1 : 0, afterMs: 50 }),
    onDeath: (dead) => {
      rules.onDeath(name);
      if (act.losesPower === true && !dead.hasEnded) world.losePower(host);
    },
  });
  const [command, argv] = {
    job: [jobWatch, ['--name', JOB_OF[host]!, '--', 'build']],
    'failing job': [jobWatch, ['--name', JOB_OF[host]!, '--', 'build']],
    announced: [startLiveEnv, ['start', '--yes', '--no-input']],
    flush: [spool, ['flush']],
  }[what] as [typeof jobWatch, string[]];
  world.tell(`${name}: ${what} on ${host}`);
  rules.onStart({ name, host, what, hasDiskFault: act.diskFault !== null });
  return runCommand(program, command, argv, loaded, (exit, { answer, failure }) => {
    const problems = answer?.telemetryDegraded ?? [];
    const reason = answer?.fault?.message ?? answer?.outcome?.summary ?? String(failure);
    world.tell(`${name} ends with exit ${exit}: ${reason}${problems.map((problem) => `; ${problem}`).join('')}`);
    const code = answer?.fault?.code ?? (failure instanceof Error ? (failure.stack ?? null) : null);
    rules.onEnd(name, exit, answer?.run?.id ?? null, problems, code);
    const given = answer?.outcome?.report?.['dropped'];
    if (what === 'flush' && typeof given === 'number') rules.onDropped(host, given);
    world.at(LINGER_MS, () => program.gate.kill());
  });
}

/** Answers the switch that makes the network honest. */
function layWires({ world, rules }: Stage, night: SpoolNight): { value: boolean } {
  const chance = world.chance.fork('lies');
  const isOver = { value: false };
  const outages = night.faults.filter((fault) => fault.kind === 'outage');
  world.network.lieOf = (from, sink) => {
    const now = world.scheduler.nowMs();
    const outage = outages.find((one) => one.sink === sink && now >= one.atMs && now < one.atMs + one.forMs);
    const isLiedTo = night.lies.length > 0 && chance.isTrue(night.lieShare);
    const lie = isOver.value ? null : (outage?.how ?? (isLiedTo ? chance.pick(night.lies) : null));
    if (lie !== null) world.tell(`${from} to ${sink}: ${lie}`);
    rules.onRequest(from, sink, lie);
    return lie;
  };
  return isOver;
}

function planFault({ world, remotes }: Stage, fault: SpoolFault): void {
  world.at(fault.atMs, () => {
    switch (fault.kind) {
      case 'outage':
        world.tell(`${fault.sink} is away for ${Math.round(fault.forMs / 1_000)} s: ${fault.how}`);
        return;
      case 'gateway restarts':
        world.tell('the gateway begins anew and knows nothing');
        remotes.restartGateway();
        return;
      case 'wall step':
        world.tell(`the wall clock of ${fault.host} is stepped by ${fault.byMs / 1_000} s`);
        world.hosts.get(fault.host)!.stepWall(fault.byMs);
    }
  });
}
