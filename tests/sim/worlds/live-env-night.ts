// A night of the live-env world as data: who starts and stops, how components behave, what breaks around them.

import type { RouteName } from '../../../lib/base/feed-routes.ts';
import { type Chance, createChance } from '../../../lib/sim/world/chance.ts';
import type { Lie } from '../../../lib/sim/world/network.ts';
import { COMPONENT_NAMES, type ComponentName } from './live-env-config.ts';
import type { DiskPlan, MortalAct, MortalNight } from './mortal.ts';
import { CALM } from './night.ts';

export interface LiveNight extends MortalNight {
  readonly sinks: 'none' | 'fine' | 'refused' | 'black hole';
  readonly acts: readonly LiveAct[];
  readonly oddities: readonly Oddity[];
  readonly faults: readonly LiveFault[];
  /** Share of probes that are lied to, until `lieUntilMs`. */
  readonly lieShare: number;
  readonly lieUntilMs: number;
}

export interface LiveAct extends MortalAct {
  readonly operator: 'wang' | 'li' | 'timer';
  readonly argv: readonly string[];
  /** What the configuration says at that time. */
  readonly route: RouteName;
  readonly losesPower: boolean;
  readonly diskFault: DiskPlan | null;
  readonly cancelAtMs: number | null;
}

export const ODDITIES = [
  'slow start',
  'never ready',
  'dies at once',
  'dies before it is ready',
  'dies later',
  'exits 0 having done nothing',
  'ignores SIGTERM',
  'stops slowly',
  'forks and leaves',
  'no such program',
  'loses its place to a foreigner',
  'sits in the kernel',
] as const;

/** How the n-th start of a component goes; the others go well. */
export interface Oddity {
  readonly component: ComponentName;
  readonly start: number;
  readonly kind: (typeof ODDITIES)[number];
}

export type LiveFault = { readonly atMs: number } & (
  | { readonly kind: 'dies' | 'is killed with its children'; readonly component: ComponentName }
  /** Something that is not ours answers in a component's place. */
  | { readonly kind: 'foreigner'; readonly component: ComponentName; readonly forMs: number }
  | { readonly kind: 'wall step'; readonly byMs: number }
);

export const NIGHT_MS = 40_000;
/** What a probe on this host can meet. */
export const PROBE_LIES: readonly Lie[] = [
  'refused',
  'black hole',
  'reset before',
  'truncated reply',
  'slow',
  'status 503',
];

export function makeLiveNight(seed: number): LiveNight {
  const chance = createChance(seed).fork('live-env night');
  const isCalm = chance.isTrue(0.3);
  return {
    sinks: chance.isTrue(0.75) ? 'none' : chance.pick(['fine', 'refused', 'black hole']),
    acts: Array.from({ length: 1 + chance.below(4) }, (_, at) =>
      makeAct(chance.fork(`act ${at} ${chance.below(1e9)}`)),
    ),
    oddities: Array.from({ length: chance.pick([0, 0, 1, 1, 2, 4]) }, () => ({
      component: chance.pick(COMPONENT_NAMES),
      start: 1 + chance.below(3) * chance.below(2),
      kind: chance.pick(ODDITIES),
    })),
    faults: Array.from({ length: chance.pick([0, 0, 0, 1, 2]) }, () => makeFault(chance)),
    lieShare: isCalm ? 0 : chance.pick([0.02, 0.1, 0.3]),
    lieUntilMs: chance.between(1_000, 20_000),
    dawnCrash: chance.isTrue(0.15) ? { effect: 1 + chance.below(100), when: chance.pick(['before', 'after']) } : null,
  };
}

function makeAct(chance: Chance): LiveAct {
  const verb = chance.pick([
    ['start'],
    ['start'],
    ['start'],
    ['stop'],
    ['stop'],
    ['restart'],
    ['status'],
    ['start', '--dry-run'],
    ['stop', '--dry-run'],
  ]);
  const dies = chance.isTrue(0.35);
  return {
    atMs: chance.isTrue(0.4) ? chance.between(0, 1_000) : chance.between(0, NIGHT_MS / 2),
    operator: chance.pick(['wang', 'li', 'timer']),
    argv: [...verb, '--yes', '--no-input'],
    route: chance.isTrue(0.85) ? 'primary' : 'backup',
    crash: dies ? { effect: 1 + chance.below(140), when: chance.pick(['before', 'after']) } : null,
    losesPower: dies && chance.isTrue(0.2),
    diskFault: chance.isTrue(0.08)
      ? { nth: 1 + chance.below(60), code: chance.pick(['EIO', 'ENOSPC', 'EROFS']), lasts: chance.isTrue(0.5) }
      : null,
    cancelAtMs: chance.isTrue(0.1) ? chance.between(1, 4_000) : null,
  };
}

function makeFault(chance: Chance): LiveFault {
  const atMs = chance.between(0, 15_000);
  const component = chance.pick(COMPONENT_NAMES);
  switch (chance.below(6)) {
    case 0:
    case 1:
    case 2:
      return { kind: 'dies', component, atMs };
    case 3:
      return { kind: 'is killed with its children', component, atMs };
    case 4:
      return { kind: 'foreigner', component, atMs, forMs: chance.between(500, 10_000) };
    default:
      return { kind: 'wall step', atMs, byMs: chance.pick([-14_400_000, 14_400_000]) };
  }
}

const QUIET: Omit<LiveNight, 'acts'> = {
  sinks: 'none',
  oddities: [],
  faults: [],
  lieShare: 0,
  lieUntilMs: 0,
  dawnCrash: null,
};

function act(argv: readonly string[], atMs = 0, changes: Partial<LiveAct> = {}): LiveAct {
  return { ...CALM, atMs, operator: 'wang', route: 'primary', argv: [...argv, '--yes', '--no-input'], ...changes };
}

/** Ordinary work; a program may die at every effect of it. */
export const LIVE_GOLDEN: Readonly<Record<string, LiveNight>> = {
  'a start': { ...QUIET, acts: [act(['start'])] },
  'a start that fails': {
    ...QUIET,
    acts: [act(['start'])],
    oddities: [{ component: 'strategy', start: 1, kind: 'dies before it is ready' }],
  },
  'a unit that is never ready': {
    ...QUIET,
    acts: [act(['start'])],
    oddities: [{ component: 'store', start: 1, kind: 'never ready' }],
  },
  'a start and a stop': { ...QUIET, acts: [act(['start']), act(['stop'], 10_000)] },
  'a start told everywhere': { ...QUIET, acts: [act(['start'])], sinks: 'fine' },
  'the backup route, and nobody to tell': {
    ...QUIET,
    acts: [act(['start'], 0, { route: 'backup' }), act(['stop'], 10_000, { route: 'backup' })],
    sinks: 'refused',
  },
};

export function* simplerLiveNights(night: LiveNight): Iterable<LiveNight> {
  const without = <T>(list: readonly T[], at: number): readonly T[] => list.filter((_, index) => index !== at);
  for (const at of night.acts.keys()) if (night.acts.length > 1) yield { ...night, acts: without(night.acts, at) };
  for (const at of night.oddities.keys()) yield { ...night, oddities: without(night.oddities, at) };
  for (const at of night.faults.keys()) yield { ...night, faults: without(night.faults, at) };
  if (night.sinks !== 'none') yield { ...night, sinks: 'none' };
  if (night.lieShare > 0) yield { ...night, lieShare: 0 };
  if (night.dawnCrash !== null) yield { ...night, dawnCrash: null };
  for (const [at, one] of night.acts.entries()) {
    for (const [key, calm] of Object.entries({ ...CALM, route: 'primary' as const })) {
      if (one[key as keyof LiveAct] === calm) continue;
      yield { ...night, acts: night.acts.map((each, index) => (index === at ? { ...one, [key]: calm } : each)) };
    }
  }
}
