// What chance makes of a seed in the escalation world: a feed that fails and comes back, and remotes that do not listen.

import { type Chance, createChance } from '../../../lib/sim/world/chance.ts';
import { SYMBOLS } from '../../../lib/sim/world/feed-service.ts';
import { LIES, type Lie } from '../../../lib/sim/world/network.ts';
import { check, type HealthAct, type HealthFault, type HealthNight, HOSTS, order, QUIET } from './health-night.ts';
import { HOUR_MS, makeLies, withTrouble } from './health-nights.ts';

export function makeEscalationNight(seed: number): HealthNight {
  const chance = createChance(seed).fork('escalation night');
  if (chance.isTrue(0.12)) return makeDeafNight(chance);
  if (chance.isTrue(0.12)) return makeFlappingNight(chance);
  if (chance.isTrue(0.1)) return makeCrowdedNight(chance);
  const hours = chance.isTrue(0.02) ? 24 : 2 + chance.below(4);
  const lengthMs = hours * HOUR_MS;
  const hosts = chance.isTrue(0.2) ? HOSTS : HOSTS.slice(0, 1);
  const acts: HealthAct[] = [];
  for (const host of hosts) {
    for (let hour = 0; hour < hours; hour += 1) acts.push(check(hour * HOUR_MS, { host }));
    if (chance.isTrue(0.5)) acts.push(...byHand(chance, lengthMs, host));
  }
  const isCalm = chance.isTrue(0.2);
  const share = 1 / (acts.length + 2);
  return {
    ...QUIET,
    lengthMs,
    acts: acts
      .sort((left, right) => left.atMs - right.atMs)
      .map((act) => (isCalm ? act : withTrouble(chance.fork(`act ${act.atMs} ${act.host}`), act, share))),
    faults: [...makeEpisodes(chance, lengthMs), ...makeOutages(chance, lengthMs)],
    answers: Array.from({ length: chance.below(3) }, () => {
      return { atMs: chance.between(0, lengthMs), what: chance.pick(['acknowledge', 'resolve', 'resolve'] as const) };
    }),
    ...makeLies(chance, isCalm, lengthMs),
    stays: chance.isTrue(0.3) ? 1 : 0,
    flushCrash: chance.isTrue(0.2) ? { effect: 1 + chance.below(30), when: chance.pick(['before', 'after']) } : null,
    dawnCrash: chance.isTrue(0.1) ? { effect: 1 + chance.below(90), when: chance.pick(['before', 'after']) } : null,
    isTalkative: chance.isTrue(0.1),
  };
}

/** Neither PagerDuty nor Slack can be reached, and the run that finds it out may die of it. */
function makeDeafNight(chance: Chance): HealthNight {
  const lengthMs = 2 * HOUR_MS;
  const cut = { atMs: 0, forMs: chance.between(0.5, 2) * HOUR_MS, kind: 'outage' } as const;
  const dies = chance.isTrue(0.7);
  const crash = dies ? { effect: 40 + chance.below(35), when: chance.pick(['before', 'after'] as const) } : null;
  return {
    ...QUIET,
    lengthMs,
    acts: [check(0, { crash, losesPower: dies && chance.isTrue(0.3) }), check(HOUR_MS)],
    faults: [
      { atMs: 0, forMs: lengthMs, kind: 'missing', target: 'primary', symbols: SYMBOLS.slice(0, 2), isCurable: false },
      { ...cut, remote: 'pagerduty.sim', lie: chance.pick(DEAF) },
      { ...cut, remote: 'slack.sim', lie: chance.pick(DEAF) },
    ],
    stays: chance.isTrue(0.5) ? 1 : 0,
  };
}

/** PagerDuty is away for seconds, and several programs want to tell it the same. */
function makeCrowdedNight(chance: Chance): HealthNight {
  const atMs = chance.between(5_000, 6_500);
  const flush = (): HealthAct => check(chance.between(6_000, 12_000), { what: 'flush', argv: ['--no-input'] });
  return {
    ...QUIET,
    lengthMs: 2 * HOUR_MS,
    acts: [check(0), flush(), flush(), order(chance.between(6_000, 12_000), ['ack', 'primary']), check(HOUR_MS)],
    faults: [
      {
        atMs: 0,
        forMs: chance.between(0.5, 2) * HOUR_MS,
        kind: 'missing',
        target: 'primary',
        symbols: SYMBOLS.slice(0, 2),
        isCurable: false,
      },
      { atMs, forMs: chance.between(300, 5_000), kind: 'outage', remote: 'pagerduty.sim', lie: chance.pick(DEAF) },
      ...(chance.isTrue(0.5)
        ? [
            {
              atMs: HOUR_MS,
              forMs: chance.between(1_000, 9_000),
              kind: 'outage' as const,
              remote: 'pagerduty.sim' as const,
              lie: chance.pick(DEAF),
            },
          ]
        : []),
    ],
    stays: chance.isTrue(0.3) ? 1 : 0,
  };
}

const DEAF = ['refused', 'black hole', 'reset before', 'status 500', 'status 503', 'status 429', 'html'] as const;

/** It comes back and fails again while PagerDuty is away. */
function makeFlappingNight(chance: Chance): HealthNight {
  const broken = { kind: 'missing', target: 'primary', symbols: SYMBOLS.slice(0, 2), isCurable: false } as const;
  const backMs = chance.between(0.2, 0.9) * HOUR_MS;
  const again = chance.between(1.1, 1.9) * HOUR_MS;
  const outage = {
    atMs: chance.between(60_000, HOUR_MS),
    forMs: chance.between(0.1, 2) * HOUR_MS,
    kind: 'outage',
  } as const;
  return {
    ...QUIET,
    lengthMs: 4 * HOUR_MS,
    acts: [0, 1, 2, 3].map((hour) =>
      withTrouble(chance.fork(`act ${hour}`), check(hour * HOUR_MS), chance.isTrue(0.3) ? 0.3 : 0),
    ),
    faults: [
      { ...broken, atMs: 0, forMs: backMs },
      { ...broken, atMs: again, forMs: chance.between(0.5, 2) * HOUR_MS },
      { ...outage, remote: 'pagerduty.sim', lie: chance.pick(LIES) },
    ],
    answers: chance.isTrue(0.3) ? [{ atMs: chance.between(0, 2) * HOUR_MS, what: 'resolve' }] : [],
    stays: chance.isTrue(0.2) ? 1 : 0,
  };
}

/** People who look for themselves, flush the spool or order something, also while a timer is at work. */
function byHand(chance: Chance, lengthMs: number, host: HealthAct['host']): HealthAct[] {
  return Array.from({ length: 1 + chance.below(4) }, () => {
    const hour = Math.floor(chance.between(0, lengthMs) / HOUR_MS) * HOUR_MS;
    const atMs = chance.isTrue(0.6) ? hour + chance.between(0, 15_000) : chance.between(0, lengthMs);
    switch (chance.below(5)) {
      case 0:
      case 1:
        return check(atMs, { host, what: 'flush', argv: ['--no-input'] });
      case 2:
        return order(atMs, ['ack', 'primary'], { host });
      default:
        return check(atMs, { host });
    }
  });
}

/** It fails, comes back, and fails again: now and then within minutes. */
function makeEpisodes(chance: Chance, lengthMs: number): HealthFault[] {
  const faults: HealthFault[] = [];
  let atMs = chance.isTrue(0.5) ? 0 : chance.between(0, HOUR_MS * 1.5);
  for (let left = 1 + chance.below(3); left > 0 && atMs < lengthMs; left -= 1) {
    const forMs = chance.isTrue(0.3) ? chance.between(10_000, 600_000) : chance.between(0.2, 3) * HOUR_MS;
    const kind = chance.pick(['missing', 'missing', 'silent'] as const);
    const symbols = SYMBOLS.filter(() => chance.isTrue(0.15));
    faults.push({
      atMs,
      forMs,
      kind,
      target: 'primary',
      symbols: symbols.length > 0 ? symbols : SYMBOLS.slice(0, 2),
      isCurable: chance.isTrue(0.15),
    });
    atMs += forMs + (chance.isTrue(0.4) ? chance.between(1_000, 300_000) : chance.between(0.3, 2) * HOUR_MS);
  }
  return faults;
}

function makeOutages(chance: Chance, lengthMs: number): HealthFault[] {
  const faults: HealthFault[] = [];
  const when = (): { atMs: number; forMs: number } => {
    const hour = Math.floor(chance.between(0, lengthMs) / HOUR_MS) * HOUR_MS;
    const atMs = chance.isTrue(0.5) ? Math.max(0, hour + chance.between(-20_000, 20_000)) : chance.between(0, lengthMs);
    return { atMs, forMs: chance.isTrue(0.4) ? chance.between(5_000, 300_000) : chance.between(0.1, 2.5) * HOUR_MS };
  };
  const lie = (): Lie => chance.pick(LIES);
  if (chance.isTrue(0.75)) faults.push({ ...when(), kind: 'outage', remote: 'pagerduty.sim', lie: lie() });
  if (chance.isTrue(0.3)) faults.push({ ...when(), kind: 'outage', remote: 'pagerduty.sim', lie: lie() });
  if (chance.isTrue(0.4)) faults.push({ ...when(), kind: 'outage', remote: 'slack.sim', lie: lie() });
  if (chance.isTrue(0.2)) faults.push({ ...when(), kind: 'outage', remote: 'gateway.sim', lie: lie() });
  if (chance.isTrue(0.15)) faults.push({ ...when(), kind: 'command fails' });
  if (chance.isTrue(0.05)) faults.push({ ...when(), kind: 'receivers refuse' });
  if (chance.isTrue(0.1)) {
    faults.push({ ...when(), kind: 'wall step', host: 'ops-1', byMs: chance.pick([-4, 4]) * HOUR_MS });
  }
  return faults;
}
