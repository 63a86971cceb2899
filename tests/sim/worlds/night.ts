// A night of the failover world as data: who does what, what breaks, how the network lies.

import { ROUTE_NAMES, type RouteName } from '../../../lib/base/feed-routes.ts';
import { type Chance, createChance } from '../../../lib/sim/world/chance.ts';
import type { CrashPoint } from '../../../lib/sim/world/gate.ts';
import { LIES, type Lie } from '../../../lib/sim/world/network.ts';
import type { MortalAct, MortalNight } from './mortal.ts';

/** What happens in one night; everything in it may be taken away by shrinking. */
export interface Night extends MortalNight {
  readonly strategy: 'promote-first' | 'stop-first';
  readonly acts: readonly Act[];
  readonly faults: readonly WorldFault[];
  /** Share of requests that meet a lie, until `lieUntilMs`. */
  readonly lieShare: number;
  readonly lies: readonly Lie[];
  readonly lieUntilMs: number;
}

export interface Act extends MortalAct {
  readonly host: 'ops-1' | 'ops-2';
  readonly argv: readonly string[];
  readonly losesPower: boolean;
  /** The n-th write, sync or rename fails; when it lasts, every later one too. */
  readonly diskFault: {
    readonly nth: number;
    readonly code: (typeof DISK_ERRORS)[number];
    readonly lasts: boolean;
  } | null;
  readonly cancelAtMs: number | null;
  /** SIGSTOP, and SIGCONT so much later. */
  readonly stop?: { readonly atMs: number; readonly forMs: number } | null;
}

export type WorldFault = { readonly atMs: number; readonly forMs: number } & (
  | { readonly kind: 'dead' | 'silent' | 'gap' | 'partition'; readonly route: RouteName }
  | { readonly kind: 'two primaries' }
  | { readonly kind: 'control dead' }
  | { readonly kind: 'wall step'; readonly host: 'ops-1' | 'ops-2'; readonly byMs: number }
);

export const HOSTS = ['ops-1', 'ops-2'] as const;
export const NIGHT_MS = 30_000;
export const DISK_ERRORS = ['EIO', 'ENOSPC', 'EROFS', 'EACCES'] as const;
export const CALM = { crash: null, losesPower: false, diskFault: null, cancelAtMs: null, stop: null } as const;

/** What chance makes of a seed. */
export function makeNight(seed: number): Night {
  const chance = createChance(seed).fork('night');
  if (chance.isTrue(0.1)) return makeBusyNight(chance);
  const isCalm = chance.isTrue(0.2);
  const acts = Array.from({ length: 1 + chance.below(4) }, (): Act => makeAct(chance.fork(`act ${chance.below(1e9)}`)));
  return {
    strategy: chance.isTrue(0.15) ? 'stop-first' : 'promote-first',
    acts,
    faults: Array.from({ length: chance.below(4) }, () => makeFault(chance.fork(`fault ${chance.below(1e9)}`))),
    lieShare: isCalm ? 0 : chance.pick([0.02, 0.05, 0.15, 0.4]),
    lies: isCalm ? [] : LIES.filter(() => chance.isTrue(0.5)),
    lieUntilMs: chance.between(2_000, 20_000),
    dawnCrash: chance.isTrue(0.2) ? { effect: 1 + chance.below(80), when: chance.pick(['before', 'after']) } : null,
    dawnLosesPower: chance.isTrue(0.3),
  };
}

/** The timer moves consumers, a person moves them back, the primary dies again, and the timer would like to once more. */
function makeBusyNight(chance: Chance): Night {
  const host = chance.pick(HOSTS);
  const act = (atMs: number, argv: readonly string[], crash: CrashPoint | null): Act => ({
    ...CALM,
    atMs,
    host,
    argv: [...argv, '--yes', '--no-input'],
    crash,
  });
  const dies = chance.isTrue(0.4)
    ? { effect: 20 + chance.below(50), when: chance.pick(['before', 'after'] as const) }
    : null;
  const again = ['to-backup', '--automatic'];
  return {
    ...QUIET,
    acts: [
      act(1_000, again, dies),
      act(9_000, ['to-primary'], null),
      act(16_000, again, null),
      act(20_000, again, null),
    ],
    faults: [
      { kind: 'dead', route: 'primary', atMs: 0, forMs: 6_000 },
      { kind: 'wall step', host, atMs: 12_000, forMs: 1, byMs: chance.pick([-14_400_000, 14_400_000]) },
      { kind: 'dead', route: 'primary', atMs: 15_500, forMs: 10_000 },
    ],
  };
}

/** What people and timers run, as often as it is listed. */
export const VERBS: readonly (readonly string[])[] = [
  ['to-backup'],
  ['to-backup'],
  ['to-primary'],
  ['to-backup', '--automatic'],
  ['to-backup', '--automatic'],
  ['drill'],
  ['reconcile'],
  ['to-backup', '--dry-run'],
  ['to-backup', '--accept-gap'],
  ['status'],
];

function makeAct(chance: Chance): Act {
  const verb = chance.pick(VERBS);
  const dies = chance.isTrue(0.45);
  return {
    atMs: chance.isTrue(0.5) ? chance.between(0, 500) : chance.between(0, NIGHT_MS / 2),
    host: chance.pick(HOSTS),
    argv: [...verb, '--yes', '--no-input'],
    crash: dies ? { effect: 1 + chance.below(160), when: chance.pick(['before', 'after']) } : null,
    losesPower: dies && chance.isTrue(0.3),
    diskFault: chance.isTrue(0.08)
      ? { nth: 1 + chance.below(60), code: chance.pick(DISK_ERRORS), lasts: chance.isTrue(0.5) }
      : null,
    cancelAtMs: chance.isTrue(0.08) ? chance.between(1, 3_000) : null,
    // Past every deadline of a probe, past the night of the other host's run, past its own deadline.
    stop: chance.isTrue(0.06) ? { atMs: chance.between(1, 2_000), forMs: chance.pick([1_000, 8_000, 30_000]) } : null,
  };
}

function makeFault(chance: Chance): WorldFault {
  const route = chance.pick(ROUTE_NAMES);
  const when = { atMs: chance.between(0, 6_000), forMs: chance.between(100, 15_000) };
  switch (chance.below(9)) {
    case 0:
    case 1:
    case 2:
      return { ...when, kind: 'dead', route };
    case 3:
      return { ...when, kind: 'silent', route };
    case 4:
      return { ...when, kind: 'gap', route };
    case 5:
      return { ...when, kind: 'partition', route };
    case 6:
      return { ...when, kind: 'control dead' };
    case 7:
      return { ...when, kind: 'two primaries' };
    default:
      return {
        ...when,
        kind: 'wall step',
        host: chance.pick(HOSTS),
        byMs: chance.pick([-14_400_000, 14_400_000, -61_000]),
      };
  }
}

const QUIET: Omit<Night, 'acts'> = {
  strategy: 'promote-first',
  faults: [],
  lieShare: 0,
  lies: [],
  lieUntilMs: 0,
  dawnCrash: null,
};

function one(argv: readonly string[], changes: Partial<Night> = {}): Night {
  return { ...QUIET, acts: [{ ...CALM, atMs: 0, host: 'ops-1', argv: [...argv, '--yes', '--no-input'] }], ...changes };
}

const DEAD_PRIMARY: WorldFault = { kind: 'dead', route: 'primary', atMs: 0, forMs: 20_000 };

/** Ordinary work; a program may die at every effect of it. */
export const GOLDEN: Readonly<Record<string, Night>> = {
  'to the backup': one(['to-backup']),
  'to the backup, stop-first': one(['to-backup'], { strategy: 'stop-first' }),
  'to the backup with the primary dead': one(['to-backup'], { faults: [DEAD_PRIMARY] }),
  'to the backup by a timer': one(['to-backup', '--automatic'], { faults: [DEAD_PRIMARY] }),
  'a drill': one(['drill']),
  'a timer that has done it before': {
    ...one(['to-backup', '--automatic'], { faults: [DEAD_PRIMARY] }),
    acts: [0, 60_000].map((atMs) => ({ ...one(['to-backup', '--automatic']).acts[0]!, atMs })),
  },
  'parity refused': one(['to-backup'], { faults: [{ kind: 'gap', route: 'backup', atMs: 0, forMs: 20_000 }] }),
  'a dry run': one(['to-backup', '--dry-run']),
};

/** Fewer acts, fewer faults, fewer lies; each step takes one thing away. */
export function* simplerNights(night: Night): Iterable<Night> {
  const without = <T>(list: readonly T[], at: number): readonly T[] => list.filter((_, index) => index !== at);
  for (const at of night.acts.keys()) if (night.acts.length > 1) yield { ...night, acts: without(night.acts, at) };
  for (const at of night.faults.keys()) yield { ...night, faults: without(night.faults, at) };
  if (night.lieShare > 0) yield { ...night, lieShare: 0, lies: [] };
  for (const at of night.lies.keys()) yield { ...night, lies: without(night.lies, at) };
  if (night.dawnCrash !== null) yield { ...night, dawnCrash: null, dawnLosesPower: false };
  for (const [at, act] of night.acts.entries()) {
    for (const [key, calm] of Object.entries(CALM)) {
      if ((act[key as keyof typeof CALM] ?? null) === calm) continue;
      yield { ...night, acts: night.acts.map((one, index) => (index === at ? { ...act, [key]: calm } : one)) };
    }
  }
}
