// A watched job through some days: its timer, people who run it by hand, who looks, and a clock that is set.

import { EXIT } from '../../../lib/base/exit-codes.ts';
import { Fault } from '../../../lib/base/fault.ts';
import type { LoadedConfig } from '../../../lib/services/config/loaded.ts';
import { createProcessTable, type ProcessTable } from '../../../lib/sim/world/process-table.ts';
import { createSimProcesses } from '../../../lib/sim/world/processes.ts';
import { command as jobWatch } from '../../../scripts/job-watch.ts';
import { mustHaveEnded } from './failover-world.ts';
import { JOB_GOLDEN, type JobNight, type JobRun, makeJobNight, simplerJobNights, withJobCrash } from './jobs-night.ts';
import { oracleOf, SCHEDULES } from './jobs-oracle.ts';
import { JOB_RULES, type JobRules, openRunsOf, watchJobs } from './jobs-rules.ts';
import { type Acknowledged, acknowledge, judgeAcknowledged, judgeJournals } from './journal-rules.ts';
import { configOf, type Played, runCommand } from './run-command.ts';
import { type Report, reportOf, type SimWorld } from './sim-world.ts';
import { createSpoolRemotes } from './spool-remotes.ts';
import { createWorld, START_WALL_MS, type World } from './world.ts';

const HOST = 'ops-1';
const DAY_MS = 86_400_000;
const LONGEST_RUN_MS = 8 * 3_600_000;
/** How long a finished program may linger before it is gone. */
const LINGER_MS = 1_000;
/** `--timeout` of a run that is given up. */
const TIMEOUT_MS = 1_200_000;
const GROUP = '/metrics/job/pack/environment/sim';

export async function openJobsWorld(): Promise<SimWorld<JobNight>> {
  const loaded = await configOf('log: { level: warn }\nremotes: { pushgateway: { url: "http://push.sim" } }\n');
  return {
    name: 'jobs',
    make: makeJobNight,
    play: (seed, night, keepsTrace) => playNight(seed, night, loaded, keepsTrace),
    golden: JOB_GOLDEN,
    withCrash: (night, run, crash, losesPower) =>
      run < night.days
        ? withJobCrash(night, run, crash, losesPower)
        : { ...night, dawnCrash: crash, dawnLosesPower: losesPower },
    simpler: simplerJobNights,
  };
}

interface Stage {
  readonly world: World;
  readonly table: ProcessTable;
  readonly rules: JobRules;
  readonly loaded: LoadedConfig;
  readonly night: JobNight;
  readonly wallMs: () => number;
  /** Of what runs now, or ran last: its true length. */
  readonly tookMs: Map<string, number>;
}

async function playNight(seed: number, night: JobNight, loaded: LoadedConfig, keepsTrace = false): Promise<Report> {
  const world = createWorld({ seed, keepsTrace });
  const host = world.addHost(HOST);
  const beginsMs = Date.parse(night.from);
  host.stepWall(beginsMs - START_WALL_MS);
  const table = createProcessTable(world.scheduler);
  const rules = watchJobs(world, night, { wallMs: host.wallMs, openRuns: () => openRunsOf(host) });
  const stage: Stage = { world, table, rules, loaded, night, wallMs: host.wallMs, tookMs: new Map() };
  watchCopies(world, table);
  world.onPowerLoss = () => table.killAll();
  createSpoolRemotes(world).onPut = (path, samples) => {
    if (path === GROUP) rules.onGauge(samples.get('job_is_fresh'));
  };
  const acknowledged: Acknowledged = new Map();
  world.judge = (program, kind, what, isDone) => {
    if (kind === 'sync' && isDone) acknowledge(acknowledged, program.host, what);
  };
  for (const { atMs, byMs, forMs } of night.steps) {
    const step = (ms: number): void => {
      world.tell(`the wall clock is stepped by ${ms / 3_600_000} h`);
      host.stepWall(ms);
    };
    world.at(atMs, () => step(byMs));
    world.at(atMs + forMs, () => step(-byMs));
  }
  const oracle = oracleOf(night.zone, night.schedule, beginsMs);
  const endMs = night.days * DAY_MS;
  const due = oracle.slots.filter((slot) => slot >= beginsMs && slot < beginsMs + endMs);
  const played: (Played | null)[] = [];
  due.forEach((slot, occurrence) => {
    const run = night.runs.find((one) => one.occurrence === occurrence) ?? { ...WELL, occurrence };
    world.at(slot - beginsMs + run.delayMs, () => {
      played[occurrence] = beginJob(stage, `run-${occurrence + 1}`, run);
    });
  });
  night.reruns.forEach((run, at) => {
    world.at(run.atMs, () => void beginJob(stage, `by hand ${at + 1}`, run));
  });
  for (const [at, atMs] of night.looksMs.entries()) world.at(atMs, () => void look(stage, `look-${at + 1}`));
  await world.run(endMs + LONGEST_RUN_MS);
  mustHaveEnded(world);
  const atDawn = await dawn(stage);
  if (world.violation() === null) {
    judgeJournals(world, host, true);
    judgeAcknowledged(world, host, acknowledged);
    judgeLeft(world, table);
  }
  return reportOf(world, [...Array.from(played, (one) => one?.program), atDawn?.program]);
}

const WELL: Omit<JobRun, 'occurrence'> = { ending: 'ends well', delayMs: 0, crash: null };

/** The clock is right again: one more run by hand, and a last look. */
async function dawn(stage: Stage): Promise<Played | null> {
  const { world, night } = stage;
  const run = async (crash: JobRun['crash']): Promise<Played | null> => {
    if (world.violation() !== null) return null;
    const losesPower = crash !== null && night.dawnLosesPower === true;
    const played = beginJob(stage, `dawn-${world.programs.length}`, { ...WELL, occurrence: 0, crash, losesPower });
    await world.run(world.scheduler.nowMs() + LONGEST_RUN_MS);
    mustHaveEnded(world);
    return played;
  };
  const crashed = night.dawnCrash === null ? null : await run(night.dawnCrash);
  const whole = await run(null);
  if (world.violation() === null) look(stage, 'last look');
  await world.run(world.scheduler.nowMs() + LONGEST_RUN_MS);
  mustHaveEnded(world);
  return crashed ?? whole;
}

export function judgeLeft(world: World, table: ProcessTable): void {
  if (table.alive().length > 0) world.violate(JOB_RULES.nothingLeft, `${table.alive().length} processes`);
}

export function watchCopies(world: World, table: ProcessTable): void {
  table.onChange = ({ pid, argv }, what) => {
    world.tell(`${argv.join(' ')} (${pid}) ${what}`);
    if (what === 'born' && table.alive().length > 1) world.violate(JOB_RULES.oneCopy, `${table.alive().length} run`);
  };
}

function beginJob(stage: Stage, name: string, run: JobRun): Played | null {
  const { world, rules, night, wallMs } = stage;
  if (run.ending === 'is not started') return null;
  const words = ['--schedule', SCHEDULES[night.schedule].cron, '--timezone', night.zone, '--deadline', night.deadline];
  world.tell(`${name} (${run.ending}) begins at ${new Date(wallMs()).toISOString()}`);
  const played = start(stage, name, ['--name', 'pack', ...words, '--', 'build-pack'], run, (exit, one) => {
    const code = one.answer?.fault?.code ?? (one.failure instanceof Error ? (one.failure.stack ?? null) : null);
    const said = one.program.output.join('');
    rules.onEnd(name, exit, one.answer?.outcome?.report, code, stage.tookMs.get(name) ?? 0, said);
  });
  const { killedAfterMs } = run;
  if (killedAfterMs !== undefined) {
    world.at(killedAfterMs, () => {
      if (!played.program.hasEnded) played.program.gate.kill();
    });
  }
  rules.onStart({ name, ending: run.ending, startWallMs: wallMs() });
  if (run.ending === 'never ends and is given up') {
    world.at(TIMEOUT_MS, () => played.cancel(new Fault('deadline passed', 'Gave up', { exit: EXIT.deadline })));
  }
  return played;
}

function look(stage: Stage, name: string): void {
  const { world, rules } = stage;
  start(stage, name, ['status'], { ...WELL, occurrence: 0 }, (_exit, { answer }) => {
    world.tell(JSON.stringify(answer?.outcome?.report['jobs']));
    rules.onLook(answer?.outcome?.report);
  });
}

function start(
  stage: Stage,
  name: string,
  argv: readonly string[],
  run: JobRun,
  onEnd: (exit: number, played: Played) => void,
): Played {
  const { world, table, rules, loaded } = stage;
  const mark = `${world.chance.fork(`mark ${name}`).below(1e9).toString(16).padStart(16, '0')}.`;
  const program = world.start({
    name,
    host: HOST,
    operator: 'timer',
    crash: run.crash,
    onDeath: (dead) => {
      if (dead.hasEnded) return;
      // What it started before it could write that down has not begun for anybody.
      const isUnderWay = table.alive().some((process) => process.mark.startsWith(mark));
      if (run.losesPower === true) world.losePower(HOST);
      rules.onDeath(name, isUnderWay);
    },
    processes: (gate) =>
      createSimProcesses({
        scheduler: world.scheduler,
        gate,
        table,
        mark,
        conductOf: () => null,
        step: (_argv, _self, done) => {
          const ms = lengthOf(stage, run);
          stage.tookMs.set(name, Number.isFinite(ms) ? ms : TIMEOUT_MS);
          if (Number.isFinite(ms)) world.at(ms, () => done({ exitCode: run.ending.startsWith('fails') ? 1 : 0 }));
        },
      }),
  });
  return runCommand(program, jobWatch, argv, loaded, (exit, played) => {
    world.tell(`${name} ends with exit ${exit}: ${played.answer?.fault?.message ?? played.answer?.outcome?.summary}`);
    onEnd(exit, played);
    world.at(LINGER_MS, () => program.gate.kill());
  });
}

/** Long jobs end an hour after they were due; what ends at the last moment has two seconds left. */
function lengthOf({ night, wallMs }: Stage, { ending }: JobRun): number {
  const oracle = oracleOf(night.zone, night.schedule, Date.parse(night.from));
  const slotMs = oracle.slotAt(wallMs());
  const leftMs = slotMs === null ? 0 : oracle.dueOf(slotMs, night.deadline) - wallMs();
  switch (ending) {
    case 'ends well':
    case 'fails':
      return 2_000;
    case 'ends well too late':
    case 'fails too late':
      return Math.min(Math.max(leftMs, 0) + 60_000, LONGEST_RUN_MS / 4);
    case 'exits 0 at the last moment':
      return leftMs > 10_000 && leftMs < LONGEST_RUN_MS / 4 ? leftMs - 5_000 : 2_000;
    case 'never ends and is given up':
    case 'is not started':
      return Number.POSITIVE_INFINITY;
  }
}
