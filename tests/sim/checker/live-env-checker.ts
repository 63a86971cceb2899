// Histories that break the invariants of the live-env world, one each.

import { EXIT } from '../../../lib/base/exit-codes.ts';
import type { Conduct } from '../../../lib/sim/world/process-table.ts';
import { COMPONENTS, type ComponentName } from '../worlds/live-env-config.ts';
import { createLiveHost, type LiveHost } from '../worlds/live-env-host.ts';
import type { LiveNight } from '../worlds/live-env-night.ts';
import { LIVE_RULES, type LiveRules, type LiveRun, watchLiveEnv } from '../worlds/live-env-rules.ts';
import { judgeReached } from '../worlds/live-env-world.ts';
import type { World } from '../worlds/world.ts';
import type { Checker } from './checker.ts';
import { FRAME_HISTORIES, type FrameRule, HOST } from './frame-histories.ts';

const QUIET: LiveNight = {
  sinks: 'none',
  acts: [],
  oddities: [],
  faults: [],
  lieShare: 0,
  lieUntilMs: 0,
  dawnCrash: null,
};
const START: LiveRun = { name: 'run-1', verb: 'start', isDryRun: false, isAlone: false, cancelAtMs: null };
const STOP: LiveRun = { ...START, verb: 'stop' };
const NEVER = Number.POSITIVE_INFINITY;
const GOOD: Conduct = {
  readyAfterMs: 0,
  endsAfterMs: NEVER,
  exitCode: 0,
  stopsAfterMs: 10,
  forksAfterMs: NEVER,
  isStuck: false,
};

interface Scene {
  readonly world: World;
  readonly host: LiveHost;
  readonly rules: LiveRules;
}

function spawn({ host }: Scene, component: ComponentName): void {
  const isProcess = COMPONENTS[component].driver === 'process';
  const argv = isProcess ? ['run-component', component] : [`${component}.service`];
  host.table.spawn(argv, component, GOOD);
}

/** The run ends with what it says, its lock given back just before. */
function end({ rules }: Scene, run: LiveRun, exit: (typeof EXIT)[keyof typeof EXIT], report: unknown = {}): void {
  rules.onClose(run.name);
  rules.onEnd(run.name, exit, report, null);
}

type History = (scene: Scene) => void | Promise<void>;

const HISTORIES: { readonly [R in Exclude<keyof typeof LIVE_RULES, FrameRule>]: History } = {
  dryRun: ({ rules }) => {
    rules.onStart({ ...START, isDryRun: true });
    rules.onStartCommand('run-1', 'bus');
  },
  alone: ({ rules }) => {
    for (const name of ['run-1', 'run-2']) {
      rules.onStart({ ...START, name });
      rules.onStartCommand(name, 'bus');
    }
  },
  works: (scene) => {
    scene.rules.onStart({ ...START, isAlone: true });
    end(scene, START, EXIT.critical);
  },
  noBug: (scene) => {
    scene.rules.onStart(START);
    end(scene, START, EXIT.bug);
  },
  readyIsReady: (scene) => {
    scene.rules.onStart(START);
    end(scene, START, EXIT.ok, { ready: true, components: [{ name: 'bus' }] });
  },
  stoppedIsStopped: (scene) => {
    spawn(scene, 'bus');
    scene.rules.onStart(STOP);
    end(scene, STOP, EXIT.ok);
  },
  needsFirst: ({ rules }) => {
    rules.onStart(START);
    rules.onStartCommand('run-1', 'edge');
  },
  dependentsFirst: (scene) => {
    for (const component of ['bus', 'strategy'] as const) spawn(scene, component);
    scene.rules.onStart(STOP);
    scene.rules.onStopCommand('run-1', 'store');
  },
  ownOnly: (scene) => {
    spawn(scene, 'bus');
    scene.rules.onStart(START);
    scene.rules.onStopCommand('run-1', 'bus');
  },
  undone: (scene) => {
    scene.rules.onStart(START);
    scene.rules.onStartCommand('run-1', 'bus');
    spawn(scene, 'bus');
    end(scene, START, EXIT.critical, { rolled_back: [] });
  },
  oneCopy: (scene) => {
    for (let copies = 0; copies < 2; copies += 1) spawn(scene, 'bus');
  },
  statusIsTrue: (scene) => {
    const status = { ...START, verb: 'status' };
    scene.rules.onStart(status);
    end(scene, status, EXIT.ok, { components: [{ name: 'bus', state: 'ready' }] });
  },
  telemetry: async ({ rules, world }) => {
    rules.onStart(STOP);
    rules.onClose('run-1');
    await world.run(5_100);
    rules.onEnd('run-1', EXIT.ok, {}, null);
  },
  reachesGoal: ({ world }) => judgeReached(world, false, 'start at dawn ends with 1'),
};

function setUp(world: World): Scene {
  world.addHost(HOST);
  const host = createLiveHost(world, QUIET);
  return { world, host, rules: watchLiveEnv(world, host) };
}

export const LIVE_ENV_CHECKER: Checker = {
  invariants: Object.values(LIVE_RULES),
  histories: Object.fromEntries([
    ...Object.entries(HISTORIES).map(([rule, happens]) => [
      LIVE_RULES[rule as keyof typeof LIVE_RULES],
      (world: World) => happens(setUp(world)),
    ]),
    ...Object.entries(FRAME_HISTORIES).map(([rule, happens]) => [
      LIVE_RULES[rule as FrameRule],
      (world: World) => happens(world, world.addHost(HOST)),
    ]),
  ]),
};
