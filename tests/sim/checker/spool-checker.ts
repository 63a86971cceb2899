// Histories that break the invariants of the spool world, one each.

import { EXIT, type ExitCode } from '../../../lib/base/exit-codes.ts';
import type { SpoolNight } from '../worlds/spool-night.ts';
import { createSpoolRemotes, type SpoolRemotes } from '../worlds/spool-remotes.ts';
import { JOB_OF, SPOOL_RULES, type SpoolRules, type SpoolRun, watchSpool } from '../worlds/spool-rules.ts';
import { judgeEmpty } from '../worlds/spool-world.ts';
import type { World } from '../worlds/world.ts';
import type { Checker } from './checker.ts';
import { FRAME_HISTORIES, type FrameRule, HOST } from './frame-histories.ts';

const QUIET: SpoolNight = { bound: 'wide', acts: [], faults: [], lieShare: 0, lies: [], dawnCrash: null };
const GROUP = `/metrics/job/${JOB_OF[HOST]}/environment/sim`;

interface Scene {
  readonly world: World;
  readonly remotes: SpoolRemotes;
  readonly rules: SpoolRules;
}

type History = (scene: Scene) => void | Promise<void>;

function finish({ rules }: Scene, what: SpoolRun['what'], exit: ExitCode = EXIT.ok, name = 'run-1'): void {
  rules.onStart({ name, host: HOST, what, hasDiskFault: false });
  rules.onEnd(name, exit, `id of ${name}`, [], null);
}

async function send(world: World, method: 'PUT' | 'POST', url: string, body: string): Promise<void> {
  const { http } = world.start({ name: 'sender', host: HOST, operator: 'wang' }).effects;
  void http.request({ method, url, body, timeoutMs: 1_000 });
  await world.run(world.scheduler.nowMs() + 100);
}

async function push({ world }: Scene, page: string, path = GROUP): Promise<void> {
  await send(world, 'PUT', `http://push.sim${path}`, page);
}

const HISTORIES: { readonly [R in Exclude<keyof typeof SPOOL_RULES, FrameRule>]: History } = {
  noBug: (scene) => finish(scene, 'job', EXIT.bug),
  exit: (scene) => finish(scene, 'job', EXIT.critical),
  nothingLost: (scene) => {
    finish(scene, 'job');
    scene.rules.judgeEnd();
  },
  nothingTwice: async (scene) => {
    finish(scene, 'job');
    await push(scene, 'job_success_total 2\njob_is_fresh 1\n');
    scene.rules.judgeEnd();
  },
  forward: async (scene) => {
    await push(scene, 'job_success_total 2\n');
    await push(scene, 'job_success_total 1\n');
  },
  newest: async (scene) => {
    finish(scene, 'job');
    await push(scene, 'job_success_total 1\njob_is_fresh 0\n');
    scene.rules.judgeEnd();
  },
  telemetry: async (scene) => {
    scene.rules.onStart({ name: 'run-1', host: HOST, what: 'job', hasDiskFault: false });
    scene.rules.onClose('run-1');
    await scene.world.run(5_100);
    scene.rules.onEnd('run-1', EXIT.ok, null, [], null);
  },
  told: async (scene) => {
    finish(scene, 'announced');
    await push(scene, 'md_runbook_exit_code 0\n', '/metrics/job/start-live-env/environment/sim/target/sim');
    scene.rules.judgeEnd();
  },
  toldOnce: async (scene) => {
    finish(scene, 'announced');
    await push(scene, 'md_runbook_exit_code 0\n', '/metrics/job/start-live-env/environment/sim/target/sim');
    for (let times = 0; times < 2; times += 1)
      await send(scene.world, 'POST', 'http://slack.sim/', 'id of run-1 is done');
    scene.rules.judgeEnd();
  },
  empties: ({ world }) => judgeEmpty(world, HOST, EXIT.warning, 'no answer', ['/srv/.mdops/spool/1.json']),
};

function setUp(world: World): Scene {
  world.addHost(HOST);
  const remotes = createSpoolRemotes(world);
  return { world, remotes, rules: watchSpool(world, remotes, QUIET) };
}

export const SPOOL_CHECKER: Checker = {
  invariants: Object.values(SPOOL_RULES),
  histories: Object.fromEntries([
    ...Object.entries(HISTORIES).map(([rule, happens]) => [
      SPOOL_RULES[rule as keyof typeof SPOOL_RULES],
      (world: World) => happens(setUp(world)),
    ]),
    ...Object.entries(FRAME_HISTORIES).map(([rule, happens]) => [
      SPOOL_RULES[rule as FrameRule],
      (world: World) => happens(world, world.addHost(HOST)),
    ]),
  ]),
};
