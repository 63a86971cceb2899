// What nights have in common, whatever happens in them: acts that die, hosts that lose power, disks that fail.

import type { DiskFault } from '../../../lib/sim/world/files.ts';
import type { CrashPoint } from '../../../lib/sim/world/gate.ts';

export interface MortalAct {
  readonly atMs: number;
  readonly crash: CrashPoint | null;
  /** The host loses power with the program. */
  readonly losesPower?: boolean;
}

export interface MortalNight extends MortalDawn {
  readonly acts: readonly MortalAct[];
}

export interface MortalDawn {
  /** The first run at dawn dies too. */
  readonly dawnCrash: CrashPoint | null;
  /** And its host with it. */
  readonly dawnLosesPower?: boolean;
}

/** The n-th piece of disk work fails; when it lasts, every later one too. */
export interface DiskPlan {
  readonly nth: number;
  readonly code: 'EIO' | 'ENOSPC' | 'EROFS';
  readonly lasts: boolean;
}

/** The same night, in which the n-th run dies there; the first run at dawn follows the acts. */
export function withDeath<N extends MortalNight>(night: N, run: number, crash: CrashPoint, losesPower: boolean): N {
  if (run >= night.acts.length) return { ...night, dawnCrash: crash, dawnLosesPower: losesPower };
  return { ...night, acts: night.acts.map((act, at) => (at === run ? { ...act, crash, losesPower } : act)) };
}

export function planDisk(plan: DiskPlan | null): DiskFault {
  let works = 0;
  return () => {
    works += 1;
    if (plan === null || works < plan.nth) return null;
    return works === plan.nth || plan.lasts ? plan.code : null;
  };
}
