// Objectives held against what was measured. What could not be measured is unknown, never met.

import { count } from '../../base/count.ts';
import type { Objective } from './objectives.ts';
import { leastFor, percentileOf, type Tallied } from './tally.ts';

export type Verdict = 'met' | 'unmet' | 'unknown';

export interface Judged {
  readonly objective: Objective;
  /** In the objective's unit; NaN when there was nothing to measure. */
  readonly measured: number;
  readonly verdict: Verdict;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly objectives: readonly Judged[];
  /** What a reader has to know about the figures. */
  readonly notes: readonly string[];
}

/** `tookMs`: from the first arrival to the last answer. */
export function judgeProbe(objectives: readonly Objective[], tallied: Tallied, tookMs: number): Judgement {
  const judged = objectives.map((objective) => judgeOne(objective, measure(objective, tallied, tookMs)));
  return { verdict: wholeVerdict(judged, tallied), objectives: judged, notes: [...notesOn(objectives, tallied)] };
}

/** The worst of several: one that is not met is a finding; one that nobody could look at must not hide behind the rest. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('unmet')) return 'unmet';
  return verdicts.length === 0 || verdicts.includes('unknown') ? 'unknown' : 'met';
}

function measure({ name, percentile }: Objective, tallied: Tallied, tookMs: number): number {
  const placed = tallied.latencies.length;
  if (placed === 0) return Number.NaN;
  if (percentile !== null) return percentileOf(tallied.latencies, percentile);
  return name === 'errors' ? (placed - tallied.good) / placed : tallied.good / (tookMs / 1_000);
}

function judgeOne(objective: Objective, measured: number): Judged {
  if (Number.isNaN(measured)) return { objective, measured, verdict: 'unknown' };
  return { objective, measured, verdict: holds(objective, measured) ? 'met' : 'unmet' };
}

function holds({ comparison, bound }: Objective, measured: number): boolean {
  switch (comparison) {
    case '<':
      return measured < bound;
    case '<=':
      return measured <= bound;
    case '>':
      return measured > bound;
    case '>=':
      return measured >= bound;
  }
}

/** Arrivals that this side could not place were not looked at: they can spoil a good verdict, not a bad one. */
function wholeVerdict(judged: readonly Judged[], { ours }: Tallied): Verdict {
  const verdict = worstVerdict(judged.map((one) => one.verdict));
  return verdict === 'met' && ours > 0 ? 'unknown' : verdict;
}

function* notesOn(objectives: readonly Objective[], { latencies, ours }: Tallied): Generator<string> {
  if (ours > 0) yield `${count(ours, 'arrival')} did not reach the target because of this side`;
  const few = objectives.filter((objective) => latencies.length < leastFor(objective));
  if (latencies.length === 0) return;
  for (const objective of few) {
    yield `${objective.name} of ${latencies.length} is their slowest: it takes ${leastFor(objective)} arrivals`;
  }
}
