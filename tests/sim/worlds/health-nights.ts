// What chance makes of a seed in the health world: mostly a bad morning, now and then a bad day, rarely a whole week.

import { type Chance, createChance } from '../../../lib/sim/world/chance.ts';
import { EXCHANGES, MOODS, SYMBOLS } from '../../../lib/sim/world/feed-service.ts';
import { LIES } from '../../../lib/sim/world/network.ts';
import { SINKS, type Target } from './health-config.ts';
import { CALM, check, type HealthAct, type HealthFault, type HealthNight, order, QUIET } from './health-night.ts';

export const HOUR_MS = 3_600_000;

export function makeHealthNight(seed: number): HealthNight {
  const chance = createChance(seed).fork('health night');
  if (chance.isTrue(0.1)) return makeBusyNight(chance);
  if (chance.isTrue(0.06)) return makeTwinNight(chance);
  const hours = chance.isTrue(0.004) ? 168 : chance.isTrue(0.05) ? 24 : 1 + chance.below(5);
  const lengthMs = hours * HOUR_MS;
  const hasBackup = chance.isTrue(0.3);
  const target = (): Target => (hasBackup && chance.isTrue(0.4) ? 'backup' : 'primary');
  const acts: HealthAct[] = [];
  for (let hour = 0; hour < hours; hour += 1) {
    acts.push(check(hour * HOUR_MS));
    if (hasBackup) acts.push(check(hour * HOUR_MS + 600_000, { target: 'backup' }));
  }
  // A person who runs it by hand, again and again: budgets are there for that.
  const byHand = chance.isTrue(0.5) ? 1 + chance.below(6) : 0;
  const since = chance.between(0, lengthMs * 0.7);
  for (let at = 0; at < byHand; at += 1) {
    const isDryRun = chance.isTrue(0.12);
    const atMs = since + at * chance.between(1_000, 400_000);
    acts.push(check(atMs, { target: target(), argv: isDryRun ? ['--dry-run', '--no-input'] : ['--no-input'] }));
  }
  if (chance.isTrue(0.4)) acts.push(...makeOrders(chance, lengthMs, target()));
  const isCalm = chance.isTrue(0.15);
  const share = 0.06 + 1 / (acts.length + 2);
  return {
    ...QUIET,
    lengthMs,
    acts: acts
      .sort((left, right) => left.atMs - right.atMs)
      .map((act) => (isCalm ? act : withTrouble(chance.fork(`act ${act.atMs}`), act, share))),
    faults: Array.from({ length: 1 + chance.below(3 + Math.ceil(hours / 6)) }, () =>
      makeFault(chance.fork(`fault ${chance.below(1e9)}`), lengthMs, target()),
    ),
    ...makeLies(chance, isCalm, lengthMs),
    stays: chance.isTrue(0.15) ? 1 + chance.below(2) : 0,
    flushCrash: chance.isTrue(0.1) ? { effect: 1 + chance.below(40), when: chance.pick(['before', 'after']) } : null,
    dawnCrash: chance.isTrue(0.15) ? { effect: 1 + chance.below(90), when: chance.pick(['before', 'after']) } : null,
    isTalkative: chance.isTrue(0.1),
  };
}

/** What nothing cures, a person who tries again and again, a clock that everybody believes, perhaps a reboot. */
function makeBusyNight(chance: Chance): HealthNight {
  const since = chance.between(0, 600_000);
  const acts = Array.from({ length: 8 }, (_, at) => check(since + at * chance.between(120_000, 280_000)));
  const dies = chance.isTrue(0.5) ? 1 + chance.below(3) : -1;
  const crash = { effect: 20 + chance.below(60), when: chance.pick(['before', 'after'] as const) };
  // A clock that errs alone, in the middle of a repair, makes everything look dead.
  const isAlone = chance.isTrue(0.3);
  const atMs = since + (isAlone ? chance.between(100, 5_000) : chance.between(300_000, 1_200_000));
  return {
    ...QUIET,
    lengthMs: 2 * HOUR_MS,
    acts: [
      ...acts.map((act, at) => (at === dies ? { ...act, crash, losesPower: true } : act)),
      ...(chance.isTrue(0.3) ? [order(chance.between(since, HOUR_MS), ['ack', 'primary'])] : []),
      ...(chance.isTrue(0.5) ? [check(since + chance.between(10, 7_000))] : []),
      check(HOUR_MS + 1_800_000),
    ].sort((left, right) => left.atMs - right.atMs),
    faults: [
      {
        atMs: 0,
        forMs: 2 * HOUR_MS,
        kind: 'missing',
        target: 'primary',
        symbols: SYMBOLS.slice(3, 5),
        isCurable: false,
      },
      {
        atMs,
        forMs: HOUR_MS,
        kind: 'wall step',
        host: 'ops-1',
        byMs: chance.pick([-4, 4, 30]) * HOUR_MS,
        everywhere: !isAlone,
      },
    ],
  };
}

/** Two of three contracts of every exchange are gone, on both feeds: no exchange is dead, but both feeds look so. */
function makeTwinNight(chance: Chance): HealthNight {
  const symbols = SYMBOLS.filter((_, index) => index % 3 !== 0);
  const gone = { forMs: 2.5 * HOUR_MS, kind: chance.pick(['missing', 'silent'] as const), symbols };
  const isCurable = chance.isTrue(0.3);
  return {
    ...QUIET,
    lengthMs: 3 * HOUR_MS,
    acts: [0, 1, 2].flatMap((hour) => [
      check(hour * HOUR_MS),
      check(hour * HOUR_MS + 600_000, { target: 'backup' as const }),
    ]),
    faults: [
      { ...gone, atMs: chance.between(0, HOUR_MS), target: 'primary', isCurable },
      { ...gone, atMs: chance.between(0, HOUR_MS), target: 'backup', isCurable },
    ],
    ...makeLies(chance, chance.isTrue(0.7), HOUR_MS),
  };
}

export function makeLies(chance: Chance, isCalm: boolean, lengthMs: number) {
  return {
    lieShare: isCalm ? 0 : chance.pick([0, 0.03, 0.1, 0.3]),
    lies: isCalm ? [] : LIES.filter(() => chance.isTrue(0.5)),
    lieUntilMs: chance.between(0.2, 1) * lengthMs,
  };
}

/** Pause and resume, off and on, acknowledgements: at any time, also while a run is under way. */
function makeOrders(chance: Chance, lengthMs: number, target: Target): HealthAct[] {
  const orders: HealthAct[] = [];
  const when = (): number =>
    chance.isTrue(0.4)
      ? Math.floor(chance.between(0, lengthMs) / HOUR_MS) * HOUR_MS + chance.between(0, 6_000)
      : chance.between(0, lengthMs);
  for (let left = 1 + chance.below(3); left > 0; left -= 1) {
    const words = chance.pick([
      ['pause', target, '--for', chance.pick(['10m', '2h']), '--reason', 'venue maintenance'],
      ['pause', target, '--for', '2h', '--reason', 'venue maintenance'],
      ['resume', target],
      ['ack', target],
      ['ack', target],
      ['off', '--reason', 'release'],
      ['on', '--reason', 'release over'],
    ]);
    orders.push(order(when(), words, { target }));
  }
  return orders;
}

export function withTrouble(chance: Chance, act: HealthAct, share: number): HealthAct {
  const dies = chance.isTrue(share);
  return {
    ...act,
    ...CALM,
    crash: dies ? { effect: 1 + chance.below(130), when: chance.pick(['before', 'after']) } : null,
    losesPower: dies && chance.isTrue(0.3),
    diskFault: chance.isTrue(share / 4)
      ? { nth: 1 + chance.below(45), code: chance.pick(['EIO', 'ENOSPC', 'EROFS']), lasts: chance.isTrue(0.5) }
      : null,
    cancelAtMs: chance.isTrue(share / 6) ? chance.between(1, 12_000) : null,
  };
}

function makeFault(chance: Chance, lengthMs: number, target: Target): HealthFault {
  // Half of what breaks breaks around a timer, where somebody is at work.
  const hour = Math.floor(chance.between(0, lengthMs) / HOUR_MS) * HOUR_MS;
  const atMs = chance.isTrue(0.5) ? hour + chance.between(0, 8_000) : chance.between(-600_000, lengthMs);
  const forMs = chance.isTrue(0.3) ? chance.between(500, 20_000) : chance.between(60_000, 6 * HOUR_MS);
  const when = { atMs: Math.max(0, atMs), forMs };
  switch (chance.below(12)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return {
        ...when,
        kind: chance.pick(['missing', 'silent']),
        target,
        symbols: pickSymbols(chance),
        isCurable: chance.isTrue(0.5),
      };
    case 5:
    case 6:
    case 7:
      return { ...when, kind: 'mood', target, mood: chance.pick(MOODS) };
    case 8:
    case 9:
      return { ...when, kind: 'outage', remote: chance.pick(SINKS), lie: chance.pick(LIES) };
    case 10:
      return chance.isTrue(0.5) ? { ...when, kind: 'receivers refuse' } : { ...when, kind: 'command fails' };
    default:
      return {
        ...when,
        kind: 'wall step',
        host: 'ops-1',
        byMs: chance.pick([-4 * HOUR_MS, 4 * HOUR_MS, -61_000, 61_000]),
        everywhere: chance.isTrue(0.5),
      };
  }
}

/** A few contracts, an exchange, most exchanges, or everything. */
export function pickSymbols(chance: Chance): readonly string[] {
  const exchanges = EXCHANGES.filter(() => chance.isTrue(0.6));
  const onExchanges = SYMBOLS.filter((symbol) => exchanges.some((name) => symbol.endsWith(`.${name}`)));
  const few = SYMBOLS.filter(() => chance.isTrue(0.2));
  const [some, dead] = [few.length > 0 ? few : SYMBOLS.slice(0, 1), onExchanges.length > 0 ? onExchanges : SYMBOLS];
  return chance.isTrue(0.7) ? some : dead;
}
