// Whether a feed was on at every moment: read from the feeds' own record of their roles, and watched from outside.

import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ROUTE_NAMES, type RouteName } from '../../lib/base/feed-routes.ts';
import type { EmbeddedPair } from './embedded-pair.ts';

export interface FeedEvent {
  readonly at_ms: number;
  readonly event: string;
  readonly route?: RouteName;
  readonly role?: string;
  readonly active?: RouteName | null;
}

export interface Judged {
  /** Moments without a primary, and moments at which consumers were sent to a route that was none. */
  readonly violations: readonly string[];
  /** Role changes that were read. */
  readonly changes: number;
  /** How long both published, altogether: what promote-first costs. */
  readonly bothMs: number;
}

export function readFeedEvents(file: string): readonly FeedEvent[] {
  const events = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as FeedEvent);
  // Three processes write to it: within one millisecond their lines may stand in another order than they happened.
  return events.toSorted((left, right) => left.at_ms - right.at_ms);
}

/** From the first moment at which consumers followed a primary; every role that was ever taken counts from there on. */
export function judgeFeedEvents(events: readonly FeedEvent[]): Judged {
  const roles: Record<RouteName, string> = { primary: 'off', backup: 'off' };
  const violations: string[] = [];
  let [active, isSettled, changes, bothMs, bothSinceMs]: [RouteName | null, boolean, number, number, number | null] = [
    null,
    false,
    0,
    0,
    null,
  ];
  for (const { at_ms: atMs, event, route, role, active: next } of events) {
    if (event === 'role' && route !== undefined && role !== undefined) {
      roles[route] = role;
      changes += 1;
    }
    if (event === 'switch') active = next ?? null;
    isSettled ||= active !== null && roles[active] === 'primary';
    if (!isSettled) continue;
    const primaries = ROUTE_NAMES.filter((name) => roles[name] === 'primary');
    if (primaries.length === 0) violations.push(`${atMs}: no route is primary (${JSON.stringify(roles)})`);
    if (active === null || roles[active] !== 'primary') {
      violations.push(`${atMs}: consumers are sent to ${active ?? 'no route'}, which does not publish`);
    }
    if (primaries.length === 2) bothSinceMs ??= atMs;
    else if (bothSinceMs !== null) {
      bothMs += atMs - bothSinceMs;
      bothSinceMs = null;
    }
  }
  return { violations, changes, bothMs };
}

export interface Watch {
  /** Ends the watching; answers what was seen. */
  stop(): Promise<{ readonly looks: number; readonly dark: readonly string[]; readonly longestPauseMs: number }>;
}

const LOOK_EVERY_MS = 5;

/** Asks both feeds all the time: dark is a moment at which neither publishes ticks. */
export function watchFeeds(pair: EmbeddedPair): Watch {
  const dark: string[] = [];
  let [looks, longestPauseMs, lastMs, isOver] = [0, 0, performance.now(), false];
  const isOn = async (route: RouteName): Promise<boolean> => {
    const state = await pair.ask(`feed-${route}`, 'md.route.state');
    return state['role'] === 'primary' && state['session'] === 'up' && Number(state['throughput_mps']) > 0;
  };
  const watching = (async () => {
    while (!isOver) {
      const on = await Promise.all(ROUTE_NAMES.map(isOn));
      if (!on.includes(true)) dark.push(new Date().toISOString());
      looks += 1;
      longestPauseMs = Math.max(longestPauseMs, performance.now() - lastMs);
      lastMs = performance.now();
      await pause(LOOK_EVERY_MS);
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await watching;
      return { looks, dark, longestPauseMs };
    },
  };
}
