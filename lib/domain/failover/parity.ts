// Parity: when a route that was brought up may take over. One sight of ticks proves nothing; a row of them does.

import type { RouteStatus, Seen } from '../../base/feed-routes.ts';

export interface ParityPolicy {
  /** Probes in a row that saw fresh ticks, no growing backlog and no shrinking coverage. */
  readonly probes: number;
  /** Of these, how many at the end that also saw the whole coverage. */
  readonly coverageProbes: number;
  readonly coverageThreshold: number;
  /** Messages that a consumer may fall behind from one probe to the next. */
  readonly maxBacklogGrowth: number;
  /** Probes with fresh ticks that the route must have shown before it is trusted, whether in a row or not. */
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
  /** Probes with fresh ticks in a row. */
  readonly streak: number;
  /** Probes in a row that were good in everything. */
  readonly covered: number;
  /** Probes with fresh ticks altogether. */
  readonly earned: number;
  readonly probes: number;
  readonly last: ParityProbe | null;
  /** Why the last probe was not good, one phrase each; empty when it was. */
  readonly difference: readonly string[];
}

export const NO_PARITY: ParityState = {
  streak: 0,
  covered: 0,
  earned: 0,
  probes: 0,
  last: null,
  difference: ['not probed yet'],
};

/**
 * Ticks are watched while the route still fills its subscriptions, so that the row is usually complete when the last
 * contract ticks: waiting for a row of whole coverages would only make the failover later.
 */
export function judgeProbe(before: ParityState, probe: ParityProbe, policy: ParityPolicy): ParityState {
  const silence = findSilence(before.last, probe, policy);
  const isFresh = silence.length === 0;
  const gap = hasSession(probe.route) ? findGap(probe.route.state, policy) : [];
  return {
    streak: isFresh ? before.streak + 1 : 0,
    covered: isFresh && gap.length === 0 ? before.covered + 1 : 0,
    earned: before.earned + (isFresh ? 1 : 0),
    probes: before.probes + 1,
    last: probe,
    difference: [...silence, ...gap],
  };
}

export function isProven(state: ParityState, policy: ParityPolicy): boolean {
  const isCovered = state.covered >= Math.max(1, policy.coverageProbes);
  return isCovered && state.streak >= Math.max(1, policy.probes) && state.earned >= policy.earnedProbes;
}

/** What still stands between the route and its promotion. */
export function describeLack(state: ParityState, policy: ParityPolicy): string {
  if (state.difference.length > 0) return state.difference.join('; ');
  const { streak, covered, earned } = state;
  const { probes, coverageProbes, earnedProbes } = policy;
  return `${streak} probes with fresh ticks in a row, ${covered} of them with whole coverage, ${earned} in all; wanted ${probes}, ${coverageProbes} and ${earnedProbes}`;
}

/** Why this probe saw no live data, one phrase each. */
function findSilence(last: ParityProbe | null, probe: ParityProbe, policy: ParityPolicy): readonly string[] {
  if (!probe.route.reachable) return [`it does not answer: ${probe.route.reason}`];
  const { role, isSessionUp, throughputMps, coverageRatio } = probe.route.state;
  if (role === 'off') return ['it is off'];
  if (!isSessionUp) return ['it has no session yet'];
  const found: string[] = [];
  const earlier = last?.route.reachable ? last.route.state : null;
  if (earlier !== null && earlier.saidAtMs >= probe.route.state.saidAtMs) {
    found.push('its answer is no newer than the one before');
  }
  if (!policy.acceptsGap && earlier !== null && earlier.coverageRatio > coverageRatio) {
    found.push(`its coverage shrinks: ${earlier.coverageRatio} to ${coverageRatio}`);
  }
  // Written so that NaN fails: NaN > 0 is false.
  if (!(throughputMps > 0)) found.push('no ticks come');
  return [...found, ...findBacklogGrowth(last?.backlogs ?? {}, probe.backlogs, policy.maxBacklogGrowth)];
}

function hasSession(seen: Seen<RouteStatus>): seen is Extract<Seen<RouteStatus>, { readonly reachable: true }> {
  return seen.reachable && seen.state.role !== 'off' && seen.state.isSessionUp;
}

function findGap(status: RouteStatus, { acceptsGap, coverageThreshold: wanted }: ParityPolicy): readonly string[] {
  if (acceptsGap) return [];
  const { coverageRatio, activeTotal, expectedTotal, isInParity } = status;
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
