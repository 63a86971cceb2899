// What a rule would have done over a stretch of history: its episodes, in figures and in one verdict.

import type { Rule } from '../rule.ts';
import type { Episode } from './follow-alert.ts';
import { type Grid, instantOf, spansWhere } from './grid.ts';

export const STEP = { quiet: 0, gap: 1, pending: 2, firing: 3, failed: 4 } as const;

export interface Replay {
  readonly rule: Rule;
  readonly grid: Grid;
  /** One of STEP for every step of the grid. */
  readonly states: Uint8Array;
  readonly episodes: readonly Episode[];
  /** Why evaluations failed, once each. */
  readonly failures: readonly string[];
  /** Alerts that were not followed because there were too many. */
  readonly cutSeries: number;
  /** The condition as it was asked. */
  readonly expr: string;
  readonly inlined: readonly string[];
  readonly read: readonly { readonly name: string; readonly why: string }[];
  /** Metrics without one sample in all of the range. */
  readonly neverRecorded: readonly string[];
}

export type Verdict =
  | 'would have fired'
  | 'would have been silent'
  | 'silent where there is history'
  | 'no history'
  | 'not judged';

export interface Judgement {
  readonly verdict: Verdict;
  readonly firingMs: number;
  readonly longestMs: number;
  /** Began again within 15 minutes of its last end. */
  readonly flaps: number;
  /** Times that it began while no other instance was firing: one message each, if routes group by alert. */
  readonly pages: number;
  /** Pages of a week of history; null without any. */
  readonly pagesPerWeek: number | null;
  readonly gaps: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** Share of the steps that were evaluated on history. */
  readonly observedRatio: number;
}

const FLAP_MS = 15 * 60_000;
const WEEK_MS = 7 * 86_400_000;

export function judge({ grid, states, episodes, failures, cutSeries }: Replay): Judgement {
  const isBlind = (step: number): boolean => states[step] === STEP.gap || states[step] === STEP.failed;
  let blind = 0;
  for (let step = 0; step < grid.count; step += 1) if (isBlind(step)) blind += 1;
  const observedMs = (grid.count - blind) * grid.stepMs;
  const merged = mergedSpans(episodes);
  return {
    verdict: verdictOf({ episodes, failures, cutSeries, blind, count: grid.count }),
    firingMs: merged.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0),
    longestMs: Math.max(0, ...episodes.map(({ firesAtMs, endsAtMs }) => endsAtMs - firesAtMs)),
    flaps: countFlaps(episodes),
    pages: merged.length,
    pagesPerWeek: observedMs === 0 ? null : (merged.length * WEEK_MS) / observedMs,
    gaps: spansWhere(grid, isBlind),
    observedRatio: (grid.count - blind) / grid.count,
  };
}

interface VerdictFacts extends Pick<Replay, 'episodes' | 'failures' | 'cutSeries'> {
  readonly blind: number;
  readonly count: number;
}

function verdictOf({ episodes, failures, cutSeries, blind, count }: VerdictFacts): Verdict {
  if (failures.length > 0 || cutSeries > 0) return 'not judged';
  if (episodes.length > 0) return 'would have fired';
  if (blind === count) return 'no history';
  return blind > 0 ? 'silent where there is history' : 'would have been silent';
}

function countFlaps(episodes: readonly Episode[]): number {
  const lastEnd = new Map<string, number>();
  let flaps = 0;
  for (const { labels, firesAtMs, endsAtMs } of episodes) {
    const key = JSON.stringify(labels);
    const before = lastEnd.get(key);
    if (before !== undefined && firesAtMs - before <= FLAP_MS) flaps += 1;
    lastEnd.set(key, endsAtMs);
  }
  return flaps;
}

/** Time in which at least one instance fires. */
export function mergedSpans(episodes: readonly Episode[]): { fromMs: number; toMs: number }[] {
  const spans: { fromMs: number; toMs: number }[] = [];
  for (const { firesAtMs, endsAtMs } of [...episodes].sort((left, right) => left.firesAtMs - right.firesAtMs)) {
    const last = spans.at(-1);
    if (last !== undefined && firesAtMs <= last.toMs) last.toMs = Math.max(last.toMs, endsAtMs);
    else spans.push({ fromMs: firesAtMs, toMs: endsAtMs });
  }
  return spans;
}

const MARK: readonly string[] = ['·', '?', '▂', '█', '!'];
// What must not be overlooked when a cell stands for many steps.
const RANK = [STEP.firing, STEP.failed, STEP.pending, STEP.gap, STEP.quiet];

/** The range as a line: █ firing, ▂ pending, · silent, ? no history, ! not evaluated. */
export function drawStrip({ grid, states }: Pick<Replay, 'grid' | 'states'>, width: number): string {
  const cells = Math.max(1, Math.min(width, grid.count));
  let strip = '';
  for (let cell = 0; cell < cells; cell += 1) {
    const from = Math.floor((cell * grid.count) / cells);
    const to = Math.max(from + 1, Math.floor(((cell + 1) * grid.count) / cells));
    const seen = new Set(states.subarray(from, to));
    strip += MARK[RANK.find((state) => seen.has(state)) ?? STEP.quiet];
  }
  return strip;
}

/** The last instant that was evaluated. */
export function endOf(grid: Grid): number {
  return instantOf(grid, grid.count - 1);
}
