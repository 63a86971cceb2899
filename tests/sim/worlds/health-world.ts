// A host with its hourly timers, people, a market data service and everybody who is told; then quiet, and what must follow.

import { Fault } from '../../../lib/base/fault.ts';
import { PLAIN } from '../../../lib/base/paint.ts';
import { printAnswer } from '../../../lib/run/answer.ts';
import type { Command } from '../../../lib/run/command.ts';
import type { DiskFault } from '../../../lib/sim/world/files.ts';
import type { CrashPoint } from '../../../lib/sim/world/gate.ts';
import { command as automation } from '../../../scripts/automation.ts';
import { command as checkFeedHealth } from '../../../scripts/check-feed-health.ts';
import { command as spool } from '../../../scripts/spool.ts';
import { judgeActions } from './health-action-rules.ts';
import { type HealthConfigs, loadHealthConfigs } from './health-config.ts';
import { HEALTH_DAWN, isInOrder, judgeDawn } from './health-dawn.ts';
import { planHealthFaults } from './health-faults.ts';
import { judgeFrame } from './health-frame-rules.ts';
import { GOLDEN_HEALTH } from './health-golden.ts';
import { CALM, check, type HealthAct, type HealthNight, HOSTS, simplerHealthNights } from './health-night.ts';
import { makeHealthNight } from './health-nights.ts';
import { judgePages } from './health-page-rules.ts';
import type { HealthRun, Judge } from './health-rules.ts';
import { createScene } from './health-scene.ts';
import { planDisk, withDeath } from './mortal.ts';
import { type Played, runCommand } from './run-command.ts';
import { type Report, reportOf, type SimWorld } from './sim-world.ts';
import { createWorld } from './world.ts';

export type { HealthNight };

export async function openHealthWorld(): Promise<SimWorld<HealthNight>> {
  return openNights('health', makeHealthNight, GOLDEN_HEALTH);
}

export async function openNights(
  name: string,
  make: (seed: number) => HealthNight,
  golden: Readonly<Record<string, HealthNight>>,
): Promise<SimWorld<HealthNight>> {
  const configs = await loadHealthConfigs();
  // Ordinary nights need not flush or order anything.
  await Promise.all(Object.values(COMMANDS).map((command) => command.load()));
  return {
    name,
    make,
    play: (seed, night, keepsTrace) => playHealthNight(seed, night, configs, keepsTrace),
    golden,
    withCrash: withDeath,
    simpler: simplerHealthNights,
  };
}

const COMMANDS = { check: checkFeedHealth, automation, flush: spool } as const satisfies Record<string, Command>;
const LONGEST_RUN_MS = 180_000;
/** What waits is sent every forty seconds; while nothing gets through, less often is as good. */
const FLUSH_MS = 40_000;
const RAREST_FLUSH_MS = 1_200_000;

async function playHealthNight(
  seed: number,
  night: HealthNight,
  configs: HealthConfigs,
  keepsTrace = false,
): Promise<Report> {
  const world = createWorld({ seed, keepsTrace });
  const { scheduler, network } = world;
  const scene = createScene(world);
  const actions = judgeActions(scene);
  const pages = judgePages(scene);
  const frame = judgeFrame(scene);
  const judges: readonly Judge[] = [actions, frame, pages];
  const byProgram = new Map<string, HealthRun>();
  const loaded = night.isTalkative ? configs.talkative : configs.quiet;
  const lies = world.chance.fork('lies');
  const outages = planHealthFaults(scene, night);
  scene.isCut = (hostname) => outages(hostname) !== null;
  let isQuiet = false;

  network.lieOf = (from, hostname, request) => {
    const now = scheduler.nowMs();
    const outage = outages(hostname);
    const isLie = !isQuiet && now < night.lieUntilMs && night.lies.length > 0 && lies.isTrue(night.lieShare);
    const lie = outage ?? (isLie ? lies.pick(night.lies) : null);
    if (lie !== null) world.tell(`${from} to ${hostname} ${request.path.split('/').slice(0, 3).join('/')}: ${lie}`);
    frame.onRequest(hostname, request);
    actions.onRequest(from, request, lie);
    pages.onRequest(from, hostname, request, lie);
    return lie;
  };
  world.onPowerLoss = (host) => {
    for (const judge of judges) judge.onPowerLoss?.(host);
  };
  world.judge = (program, kind, what, isDone) => {
    const run = byProgram.get(program.name);
    frame.onEffect(program, run, kind, what, isDone);
    if (!isDone || (kind !== 'rename' && kind !== 'remove')) return;
    const path = kind === 'rename' ? what.slice(what.indexOf(' to ') + 4) : what;
    actions.onFile(program.host, kind, path);
    pages.onFile(run, program.host, kind, path);
  };

  function start(name: string, act: HealthAct): Played {
    const { host, target, what } = act;
    const trace = `${name.length.toString(16).padStart(2, '0')}${hexOf(name)}`.padEnd(32, '0').slice(0, 32);
    const run: HealthRun = {
      name,
      act,
      trace,
      isDryRun: act.argv.includes('--dry-run'),
      sinceMs: scheduler.nowMs(),
      sinceMonotonicMs: world.hosts.get(host)!.monotonicMs(),
      requests: 0,
      acted: new Set(),
      isHurt: false,
      finishedMs: null,
    };
    const disk = planDisk(act.diskFault);
    const diskFault: DiskFault = (what, path) => {
      const code = disk(what, path);
      if (code !== null) run.isHurt = true;
      return code;
    };
    const program = world.start({
      name,
      host,
      operator: what === 'check' ? 'timer' : 'wang',
      crash: act.crash,
      diskFault,
      env: { TRACEPARENT: `00-${trace}-00000000000000aa-01` },
      child: (argv) => {
        const isOk = scene.commandFailsUntilMs < scheduler.nowMs();
        scene.calls.push({ from: host, atMs: scheduler.nowMs(), isOk });
        frame.onChild(run, argv);
        world.tell(`${name} calls ${argv.join(' ')}${isOk ? '' : ', which fails'}`);
        return { exitCode: isOk ? 0 : 1, afterMs: isOk ? 50 : 400 };
      },
      onDeath: () => {
        scene.runs.delete(trace);
        for (const judge of judges) judge.onDeath?.(run);
        if (act.losesPower) world.losePower(host);
        scheduleFlush(host, FLUSH_MS);
      },
    });
    byProgram.set(name, run);
    scene.runs.set(trace, run);
    world.tell(`${name}: ${COMMANDS[what].name} ${act.argv.join(' ')} for ${target} on ${host}`);
    const argv =
      what === 'flush' ? ['flush', ...act.argv] : what === 'check' ? ['--mode', 'enforce', ...act.argv] : act.argv;
    const played = runCommand(program, COMMANDS[what], argv, loaded[target], (exit, { answer, failure }) => {
      const summary = answer?.outcome?.summary ?? answer?.fault?.message ?? String(failure);
      world.tell(`${name} ends with exit ${exit}: ${summary}`);
      if (answer !== null) printAnswer(answer, program.effects.terminal, PLAIN, true);
      scene.runs.delete(trace);
      for (const judge of judges) judge.onEnd?.(run, exit, answer);
      scheduleFlush(host, what === 'flush' ? nextFlushMs(host) : FLUSH_MS);
    });
    if (act.cancelAtMs !== null) {
      world.at(act.cancelAtMs, () => {
        if (played.answer !== null || !program.gate.isAlive) return;
        world.tell(`${name} is told to stop`);
        run.isHurt = true;
        played.cancel(CANCELLED);
      });
    }
    return played;
  }

  // The timer of `spool flush`, as far as it has anything to do.
  const flushAtMs = new Map<string, number>();
  const pauseMs = new Map<string, number>();
  let flushes = 0;
  const nextFlushMs = (host: string): number => {
    const isCut = outages('pagerduty.sim') !== null || scene.pager.refuses;
    const ms = isCut ? Math.min(RAREST_FLUSH_MS, (pauseMs.get(host) ?? FLUSH_MS) * 2) : FLUSH_MS;
    pauseMs.set(host, ms);
    return ms;
  };
  function scheduleFlush(host: string, inMs: number): void {
    const atMs = scheduler.nowMs() + inMs;
    if ((flushAtMs.get(host) ?? Number.POSITIVE_INFINITY) <= atMs) return;
    flushAtMs.set(host, atMs);
    world.at(inMs, () => {
      if (flushAtMs.get(host) !== atMs) return;
      flushAtMs.delete(host);
      if (!frame.isAnythingDue(world.hosts.get(host)!)) return;
      flushes += 1;
      const crash = flushes === 1 ? night.flushCrash : null;
      start(`flush-${flushes}`, {
        ...check(0),
        what: 'flush',
        argv: ['--no-input'],
        host: host as HealthAct['host'],
        crash,
      });
    });
  }
  for (const fault of night.faults) {
    if (fault.kind !== 'outage' && fault.kind !== 'receivers refuse') continue;
    world.at(Math.min(fault.atMs + fault.forMs, night.lengthMs), () => {
      pauseMs.clear();
      for (const host of HOSTS) scheduleFlush(host, FLUSH_MS);
    });
  }

  const played: (Played | null)[] = night.acts.map(() => null);
  night.acts.forEach((act, index) => {
    world.at(act.atMs, () => {
      played[index] = start(`${act.what}-${index + 1}`, act);
    });
  });
  for (const answer of night.answers) {
    world.at(answer.atMs, () => {
      for (const { key } of scene.pager.byHand(answer.what)) world.tell(`a person ${answer.what}s ${key}`);
    });
  }
  await world.run(night.lengthMs + LONGEST_RUN_MS);
  frame.mustHaveEnded();
  isQuiet = true;
  let atDawn: Played | null = null;
  let crash: CrashPoint | null = night.dawnCrash;
  for (const [at, step] of HEALTH_DAWN.entries()) {
    if (at > 0 && night.dawnCrash === null && isInOrder(scene, night)) break;
    for (const act of step(scene, night)) {
      if (world.violation() !== null) break;
      const one = start(`dawn-${world.programs.length}`, {
        ...CALM,
        ...act,
        crash,
        losesPower: crash !== null && night.dawnLosesPower === true,
      });
      await world.run(scheduler.nowMs() + LONGEST_RUN_MS);
      frame.mustHaveEnded();
      atDawn ??= one;
      crash = null;
    }
    await world.run(scheduler.nowMs() + LONGEST_RUN_MS);
  }
  if (world.violation() === null) judgeDawn(scene, night);
  if (world.violation() === null) frame.judgeAtLast();
  return reportOf(world, [...played.map((one) => one?.program), atDawn?.program]);
}

const CANCELLED = new Fault('cancelled', 'Cancelled by SIGINT', { exit: 130 });

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}
