// Parity: when a route that was brought up may take over. One good probe proves nothing; a row of them does.

import type { RouteStatus, Seen } from './situation.ts';

export interface ParityPolicy {
  readonly probes: number;
  readonly coverageThreshold: number;
  readonly maxTickAgeMs: number;
  /** Messages that a consumer may fall behind from one probe to the next. */
  readonly maxBacklogGrowth: number;
  /** Good probes that the route must have shown before it is trusted, whether in a row or not. */
  readonly earnedProbes: number;
  /** A coverage gap is taken knowingly; a silent or unreachable route never is. */
  readonly acceptsGap: boolean;
}

export interface ParityProbe {
  readonly route: Seen<RouteStatus>;
  /** Backlog by consumer; null for a consumer that did not answer. */
  readonly backlogs: Readonly<Record<string, number | null>>;
}

export interface ParityState {
  /** Good probes in a row. */
  readonly streak: number;
  /** Good probes altogether. */
  readonly earned: number;
  readonly probes: number;
  /** Ticks at the first probe of the row, and at the last probe. */
  readonly ticksAtStart: number;
  readonly last: ParityProbe | null;
  /** Why the last probe was not good, one phrase each; empty when it was. */
  readonly difference: readonly string[];
}

export const NO_PARITY: ParityState = {
  streak: 0,
  earned: 0,
  probes: 0,
  ticksAtStart: 0,
  last: null,
  difference: ['not probed yet'],
};

export function judgeProbe(before: ParityState, probe: ParityProbe, policy: ParityPolicy): ParityState {
  const difference = findDifference(before.last, probe, policy);
  const isGood = difference.length === 0;
  const ticks = probe.route.reachable ? probe.route.state.ticks : 0;
  return {
    streak: isGood ? before.streak + 1 : 0,
    earned: before.earned + (isGood ? 1 : 0),
    probes: before.probes + 1,
    ticksAtStart: isGood && before.streak > 0 ? before.ticksAtStart : ticks,
    last: probe,
    difference,
  };
}

export function isProven(state: ParityState, policy: ParityPolicy): boolean {
  return state.streak >= Math.max(1, policy.probes) && state.earned >= policy.earnedProbes && hasTicked(state);
}

/** What still stands between the route and its promotion. */
export function describeLack(state: ParityState, policy: ParityPolicy): readonly string[] {
  if (state.difference.length > 0) return state.difference;
  if (state.streak >= policy.probes && !hasTicked(state)) return ['no tick came between the probes'];
  return [`${state.streak} good probes in a row, wanted ${Math.max(policy.probes, policy.earnedProbes)}`];
}

/** A row of one has nothing to compare with: then the tick's age alone must do. */
function hasTicked({ streak, last, ticksAtStart }: ParityState): boolean {
  if (last === null || !last.route.reachable) return false;
  return streak <= 1 || last.route.state.ticks > ticksAtStart;
}

function findDifference(last: ParityProbe | null, probe: ParityProbe, policy: ParityPolicy): readonly string[] {
  if (!probe.route.reachable) return [`it does not answer: ${probe.route.reason}`];
  const { on, coverageRatio, missingTotal, missing, lastTickAgeMs } = probe.route.state;
  if (!on) return ['it is off'];
  const found: string[] = [];
  // Written so that NaN fails: NaN >= threshold is false.
  if (!(coverageRatio >= policy.coverageThreshold) && !policy.acceptsGap) {
    const names = missing.length === 0 ? '' : `: ${missing.slice(0, 5).join(', ')}${missingTotal > 5 ? ', …' : ''}`;
    found.push(`coverage ${coverageRatio}, wanted ${policy.coverageThreshold}; ${missingTotal} missing${names}`);
  }
  if (lastTickAgeMs === null) found.push('no tick yet');
  else if (!(lastTickAgeMs >= 0 && lastTickAgeMs <= policy.maxTickAgeMs)) {
    found.push(`last tick ${lastTickAgeMs} ms ago, wanted at most ${policy.maxTickAgeMs} ms`);
  }
  return [...found, ...findBacklogGrowth(last?.backlogs ?? {}, probe.backlogs, policy.maxBacklogGrowth)];
}

function findBacklogGrowth(
  before: Readonly<Record<string, number | null>>,
  now: Readonly<Record<string, number | null>>,
  maxGrowth: number,
): readonly string[] {
  return Object.keys(now).flatMap((consumer) => {
    const messages = now[consumer] ?? null;
    if (messages === null) return [`backlog of ${consumer} is unknown`];
    const earlier = Object.hasOwn(before, consumer) ? (before[consumer] ?? null) : null;
    if (earlier === null || messages - earlier <= maxGrowth) return [];
    return [`backlog of ${consumer} grows: ${earlier} to ${messages} messages`];
  });
}
