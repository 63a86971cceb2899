// Histories that break the invariants of the jobs world, one each.

import { EXIT } from '../../../lib/base/exit-codes.ts';
import { createProcessTable, type ProcessTable } from '../../../lib/sim/world/process-table.ts';
import { JOB_GOLDEN } from '../worlds/jobs-night.ts';
import { JOB_RULES, type JobRules, type StartedRun, watchJobs } from '../worlds/jobs-rules.ts';
import { judgeLeft, watchCopies } from '../worlds/jobs-world.ts';
import type { World } from '../worlds/world.ts';
import type { Checker } from './checker.ts';
import { FRAME_HISTORIES, type FrameRule, HOST } from './frame-histories.ts';

/** Midnight in Shanghai, when the job is due; it has a quarter of an hour. */
const SLOT_MS = Date.UTC(2026, 11, 30, 16);
const HOUR_MS = 3_600_000;
const RUN: StartedRun = { name: 'run-1', ending: 'ends well', startWallMs: SLOT_MS };

interface Scene {
  readonly world: World;
  readonly rules: JobRules;
  readonly table: ProcessTable;
  wallMs: number;
  openRuns: readonly string[];
}
type History = (scene: Scene) => void;

function ends(exit: number, report: object): History {
  return (scene) => {
    scene.wallMs = SLOT_MS + 3_000;
    scene.rules.onStart(RUN);
    scene.rules.onEnd(RUN.name, exit, report, null, 2_000, '');
  };
}

/** An hour after it was due. */
function looks(scene: Scene, fresh: boolean): void {
  scene.wallMs = SLOT_MS + HOUR_MS;
  scene.rules.onLook({ jobs: [{ fresh }] });
}

const start = ({ table }: Scene): void => {
  const never = Number.POSITIVE_INFINITY;
  const conduct = {
    readyAfterMs: 0,
    endsAfterMs: never,
    exitCode: 0,
    stopsAfterMs: 5,
    forksAfterMs: never,
    isStuck: false,
  };
  table.spawn(['build-pack'], 'mark;', conduct);
};

const HISTORIES: Readonly<Record<string, History>> = {
  [JOB_RULES.noBug]: ends(EXIT.bug, {}),
  [JOB_RULES.rightInstant]: ends(EXIT.ok, { due: '2026-12-30T00:15:00.000+08:00' }),
  [JOB_RULES.exit]: ends(EXIT.critical, {}),
  [JOB_RULES.duration]: ends(EXIT.ok, { duration_ms: -5 }),
  [JOB_RULES.freshIsFresh]: (scene) => looks(scene, true),
  [JOB_RULES.notFresh]: (scene) => {
    ends(EXIT.ok, {})(scene);
    looks(scene, false);
  },
  [JOB_RULES.oneCopy]: (scene) => {
    watchCopies(scene.world, scene.table);
    start(scene);
    start(scene);
  },
  [JOB_RULES.nothingLeft]: (scene) => {
    start(scene);
    judgeLeft(scene.world, scene.table);
  },
  [JOB_RULES.saysDeath]: (scene) => {
    scene.openRuns = ['20261230-160000-00000000'];
    ends(EXIT.ok, {})(scene);
  },
};

export const JOBS_CHECKER: Checker = {
  invariants: Object.values(JOB_RULES),
  histories: {
    ...Object.fromEntries(
      Object.entries(FRAME_HISTORIES).map(([rule, happens]) => [
        JOB_RULES[rule as FrameRule],
        (world: World) => happens(world, world.addHost(HOST)),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(HISTORIES).map(([rule, happens]) => [
        rule,
        (world: World) => {
          const night = JOB_GOLDEN['a night without change']!;
          const scene: { -readonly [K in keyof Scene]: Scene[K] } = {
            world,
            table: createProcessTable(world.scheduler),
            wallMs: SLOT_MS,
            openRuns: [],
            rules: watchJobs(world, night, { wallMs: () => scene.wallMs, openRuns: () => scene.openRuns }),
          };
          happens(scene);
        },
      ]),
    ),
  },
};
