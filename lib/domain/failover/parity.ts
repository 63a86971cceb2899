// Parity: when a route that was brought up may take over. One good probe proves nothing; a row of them does.

import type { RouteStatus, Seen } from '../../base/feed-routes.ts';

export interface ParityPolicy {
  /** Good probes in a row. */
  readonly probes: number;
  readonly coverageThreshold: number;
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
  readonly last: ParityProbe | null;
  /** Why the last probe was not good, one phrase each; empty when it was. */
  readonly difference: readonly string[];
}

export const NO_PARITY: ParityState = { streak: 0, earned: 0, probes: 0, last: null, difference: ['not probed yet'] };

export function judgeProbe(before: ParityState, probe: ParityProbe, policy: ParityPolicy): ParityState {
  const difference = findDifference(before.last, probe, policy);
  const isGood = difference.length === 0;
  return {
    streak: isGood ? before.streak + 1 : 0,
    earned: before.earned + (isGood ? 1 : 0),
    probes: before.probes + 1,
    last: probe,
    difference,
  };
}

export function isProven(state: ParityState, policy: ParityPolicy): boolean {
  return state.streak >= Math.max(1, policy.probes) && state.earned >= policy.earnedProbes;
}

/** What still stands between the route and its promotion. */
export function describeLack(state: ParityState, policy: ParityPolicy): string {
  if (state.difference.length > 0) return state.difference.join('; ');
  const { streak, earned } = state;
  return `${streak} good probes in a row and ${earned} in all, wanted ${policy.probes} and ${policy.earnedProbes}`;
}

function findDifference(last: ParityProbe | null, probe: ParityProbe, policy: ParityPolicy): readonly string[] {
  if (!probe.route.reachable) return [`it does not answer: ${probe.route.reason}`];
  const { role, isSessionUp, throughputMps } = probe.route.state;
  if (role === 'off') return ['it is off'];
  if (!isSessionUp) return ['it has no session yet'];
  const found: string[] = [];
  if (last?.route.reachable && last.route.state.saidAtMs >= probe.route.state.saidAtMs) {
    found.push('its answer is no newer than the one before');
  }
  // Written so that NaN fails: NaN > 0 is false.
  if (!(throughputMps > 0)) found.push('no ticks come');
  if (!policy.acceptsGap) found.push(...findGap(probe.route.state, policy.coverageThreshold));
  return [...found, ...findBacklogGrowth(last?.backlogs ?? {}, probe.backlogs, policy.maxBacklogGrowth)];
}

function findGap({ coverageRatio, activeTotal, expectedTotal, isInParity }: RouteStatus, wanted: number): string[] {
  if (!(expectedTotal > 0)) return ['it expects no contracts at all'];
  if (!(coverageRatio >= wanted && coverageRatio <= 1)) {
    return [`coverage ${coverageRatio}, wanted ${wanted}: ${activeTotal} of ${expectedTotal} contracts`];
  }
  return isInParity || activeTotal < expectedTotal ? [] : ['some of its contracts have no fresh tick'];
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
