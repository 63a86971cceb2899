// A night of the spool world as data: cheap commands, sinks that fail in every way, a gateway that forgets.

import { type Chance, createChance } from '../../../lib/sim/world/chance.ts';
import type { Lie } from '../../../lib/sim/world/network.ts';
import type { DiskPlan, MortalAct, MortalNight } from './mortal.ts';

export const SPOOL_HOSTS = ['ops-1', 'ops-2'] as const;
export const SINKS = ['push.sim', 'grafana.sim', 'slack.sim'] as const;
export type Sink = (typeof SINKS)[number];

export interface SpoolNight extends MortalNight {
  readonly bound: 'wide' | 'narrow';
  readonly acts: readonly SpoolAct[];
  readonly faults: readonly SpoolFault[];
  /** Share of requests that meet a lie. */
  readonly lieShare: number;
  readonly lies: readonly Lie[];
}

export interface SpoolAct extends MortalAct {
  readonly host: (typeof SPOOL_HOSTS)[number];
  /** `job`: counts and gauges; `failing job`; `announced`: a message and a region too; `flush`: by hand. */
  readonly what: 'job' | 'failing job' | 'announced' | 'flush';
  readonly diskFault: DiskPlan | null;
}

export type SpoolFault = { readonly atMs: number } & (
  | { readonly kind: 'outage'; readonly sink: Sink; readonly how: Lie; readonly forMs: number }
  /** It begins anew and knows nothing. */
  | { readonly kind: 'gateway restarts' }
  | { readonly kind: 'wall step'; readonly host: SpoolAct['host']; readonly byMs: number }
);

/** A request that arrives after its asker gave it up may overwrite what came later: no client can help that. */
export const SINK_LIES: readonly Lie[] = [
  'refused',
  'black hole',
  'reset before',
  'lost reply',
  'truncated reply',
  'status 500',
  'status 503',
  'status 429',
  'redirect',
  'html',
  'garbage',
];

const MINUTES_MS = 300_000;
const DAYS_MS = 6 * 86_400_000;

export function makeSpoolNight(seed: number): SpoolNight {
  const chance = createChance(seed).fork('spool night');
  if (chance.isTrue(0.12)) return makeAway(chance);
  if (chance.isTrue(0.12)) return makeForgetful(chance);
  const spanMs = chance.pick([MINUTES_MS / 5, MINUTES_MS, MINUTES_MS, DAYS_MS]);
  const isCalm = chance.isTrue(0.4);
  return {
    bound: chance.isTrue(0.7) ? 'wide' : 'narrow',
    acts: Array.from({ length: 2 + chance.below(7) }, (_, at) => makeAct(chance.fork(`act ${at}`), spanMs)),
    faults: Array.from({ length: chance.below(4) }, () => makeFault(chance, spanMs)),
    lieShare: isCalm ? 0 : chance.pick([0.05, 0.2, 0.5]),
    lies: isCalm ? [] : SINK_LIES.filter(() => chance.isTrue(0.5)),
    dawnCrash: chance.isTrue(0.2) ? { effect: 1 + chance.below(60), when: chance.pick(['before', 'after']) } : null,
  };
}

/** The gateway is away for so long that it is left alone, and the clock is set meanwhile. */
function makeAway(chance: Chance): SpoolNight {
  const host = chance.pick(SPOOL_HOSTS);
  const acts = Array.from({ length: 4 + chance.below(4) }, (_, at) => {
    return act(chance.pick(['job', 'failing job']), 8_000 * at, host);
  });
  return {
    ...QUIET,
    bound: chance.isTrue(0.7) ? 'wide' : 'narrow',
    acts,
    faults: [
      { kind: 'outage', sink: 'push.sim', how: chance.pick(SINK_LIES), atMs: 0, forMs: 8_000 * acts.length },
      { kind: 'wall step', host, atMs: chance.between(0, 30_000), byMs: chance.pick([-14_400_000, 14_400_000]) },
    ],
  };
}

/** The gateway forgets between two runs, the second of which dies; or it never told since when it runs. */
function makeForgetful(chance: Chance): SpoolNight {
  const mute = chance.fork('mute');
  if (mute.isTrue(0.5)) {
    // It takes what it is sent and does not tell since when it runs.
    return {
      ...QUIET,
      acts: [act('announced'), act('job', 1_000)],
      faults: [{ kind: 'gateway restarts', atMs: mute.between(2_000, 60_000) }],
      lieShare: mute.pick([0.3, 0.5]),
      lies: [mute.pick(['status 429', 'garbage'] as const)],
    };
  }
  const crash = { effect: 52 + chance.below(12), when: chance.pick(['before', 'after'] as const) };
  return {
    ...QUIET,
    acts: [
      act('announced'),
      act('job', 1_000),
      { ...act('job', 100_000), crash },
      act(chance.pick(['job', 'announced']), 110_000),
    ],
    faults: [{ kind: 'gateway restarts', atMs: chance.between(2_000, 99_000) }],
  };
}

function makeAct(chance: Chance, spanMs: number): SpoolAct {
  const host = chance.pick(SPOOL_HOSTS);
  const losesPower = chance.fork('power').isTrue(0.1);
  return {
    losesPower,
    atMs: chance.between(0, spanMs),
    host,
    // Two hosts that announce the same environment would speak for one group.
    what:
      host === 'ops-1'
        ? chance.pick(['job', 'job', 'failing job', 'announced', 'flush'])
        : chance.pick(['job', 'job', 'failing job', 'flush']),
    crash: chance.isTrue(0.25) ? { effect: 1 + chance.below(110), when: chance.pick(['before', 'after']) } : null,
    diskFault: chance.isTrue(0.07)
      ? { nth: 1 + chance.below(40), code: chance.pick(['EIO', 'ENOSPC', 'EROFS']), lasts: chance.isTrue(0.5) }
      : null,
  };
}

function makeFault(chance: Chance, spanMs: number): SpoolFault {
  const atMs = chance.between(0, spanMs);
  switch (chance.below(4)) {
    case 0:
    case 1:
      return {
        kind: 'outage',
        sink: chance.pick([...SINKS, 'push.sim' as const]),
        how: chance.pick(SINK_LIES),
        atMs,
        forMs: chance.between(1_000, spanMs),
      };
    case 2:
      return { kind: 'gateway restarts', atMs };
    default:
      return { kind: 'wall step', host: chance.pick(SPOOL_HOSTS), atMs, byMs: chance.pick([-14_400_000, 14_400_000]) };
  }
}

const QUIET: Omit<SpoolNight, 'acts'> = { bound: 'wide', faults: [], lieShare: 0, lies: [], dawnCrash: null };

function act(what: SpoolAct['what'], atMs = 0, host: SpoolAct['host'] = 'ops-1'): SpoolAct {
  return { atMs, host, what, crash: null, diskFault: null };
}

/** Ordinary work; each run may die at every effect. */
export const SPOOL_GOLDEN: Readonly<Record<string, SpoolNight>> = {
  'a job': { ...QUIET, acts: [act('job'), act('failing job', 1_000)] },
  'an announced run': { ...QUIET, acts: [act('announced'), act('job', 1_000)] },
  'a job while the gateway is away': {
    ...QUIET,
    acts: [act('job'), act('job', 1_000), act('job', 90_000)],
    faults: [{ kind: 'outage', sink: 'push.sim', how: 'refused', atMs: 0, forMs: 80_000 }],
  },
  'a job after the gateway began anew': {
    ...QUIET,
    acts: [act('announced'), act('job', 100_000)],
    faults: [{ kind: 'gateway restarts', atMs: 10_000 }],
  },
};

export function* simplerSpoolNights(night: SpoolNight): Iterable<SpoolNight> {
  const without = <T>(list: readonly T[], at: number): readonly T[] => list.filter((_, index) => index !== at);
  for (const at of night.acts.keys()) if (night.acts.length > 1) yield { ...night, acts: without(night.acts, at) };
  for (const at of night.faults.keys()) yield { ...night, faults: without(night.faults, at) };
  if (night.lieShare > 0) yield { ...night, lieShare: 0, lies: [] };
  for (const at of night.lies.keys()) yield { ...night, lies: without(night.lies, at) };
  if (night.dawnCrash !== null) yield { ...night, dawnCrash: null };
  if (night.bound === 'narrow') yield { ...night, bound: 'wide' };
  for (const [at, one] of night.acts.entries()) {
    for (const key of ['crash', 'diskFault'] as const) {
      if (one[key] === null) continue;
      yield { ...night, acts: night.acts.map((each, index) => (index === at ? { ...one, [key]: null } : each)) };
    }
  }
}
