// What came of each arrival of a probe. Exact: every latency is kept, nothing is put into buckets before it is judged.

import type { Objective } from './objectives.ts';

export type ProbeAnswer =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** A short class out of few: `timed out`, `status 503`. */
      readonly error: string;
      /** The target was not reached because of something on this side: that says nothing about the target. */
      readonly isOurs: boolean;
      /** For a person: what the first one of its class said. */
      readonly detail: string;
    };

export interface ErrorClass {
  readonly error: string;
  readonly count: number;
  readonly isOurs: boolean;
  readonly detail: string;
}

export interface Quantiles {
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface Tallied {
  readonly arrivals: number;
  readonly good: number;
  /** Not reached because of something on this side. */
  readonly ours: number;
  readonly errors: readonly ErrorClass[];
  /** Of all arrivals that reached the target, sorted; one without a good answer took its whole deadline. */
  readonly latencies: Float64Array;
  /** Of the good answers alone, sorted. */
  readonly goodLatencies: Float64Array;
}

export interface Tally {
  /** `latencyMs` from the moment the arrival was meant to be sent. */
  add(latencyMs: number, answer: ProbeAnswer): void;
  readonly counts: { readonly arrivals: number; readonly good: number };
  finish(): Tallied;
}

const WHOLE = 10_000;
// Classes come from the target's answers in part: a bound keeps a strange target from making the report long.
const MOST_CLASSES = 20;

export function createTally(most: number, timeoutMs: number): Tally {
  const all = new Float64Array(most);
  const goodOnes = new Float64Array(most);
  const classes = new Map<string, { count: number; isOurs: boolean; detail: string }>();
  let placed = 0;
  let good = 0;
  let ours = 0;
  const fail = ({ error, isOurs, detail }: Extract<ProbeAnswer, { ok: false }>): void => {
    const known = classes.has(error) || classes.size < MOST_CLASSES ? error : 'other';
    const found = classes.get(known) ?? { count: 0, isOurs, detail };
    classes.set(known, { ...found, count: found.count + 1 });
  };
  return {
    add: (latencyMs, answer) => {
      if (answer.ok) {
        goodOnes[good] = latencyMs;
        good += 1;
      } else fail(answer);
      if (!answer.ok && answer.isOurs) {
        ours += 1;
        return;
      }
      // A quick failure is no quick answer: whoever asked got nothing within the deadline.
      all[placed] = answer.ok ? latencyMs : Math.max(latencyMs, timeoutMs);
      placed += 1;
    },
    get counts() {
      return { arrivals: placed + ours, good };
    },
    finish: () => ({
      arrivals: placed + ours,
      good,
      ours,
      errors: [...classes]
        .map(([error, found]) => ({ error, ...found }))
        .sort((a, b) => b.count - a.count || (a.error < b.error ? -1 : 1)),
      latencies: all.slice(0, placed).sort(),
      goodLatencies: goodOnes.slice(0, good).sort(),
    }),
  };
}

/** Nearest rank: the smallest latency that this share of all did not exceed. NaN of nothing. */
export function percentileOf(sorted: Float64Array, hundredths: number): number {
  const rank = Math.max(1, Math.ceil((hundredths * sorted.length) / WHOLE));
  return sorted[rank - 1] ?? Number.NaN;
}

export function quantilesOf(sorted: Float64Array): Quantiles | null {
  if (sorted.length === 0) return null;
  const at = (hundredths: number): number => percentileOf(sorted, hundredths);
  return {
    min: at(0),
    p50: at(5_000),
    p90: at(9_000),
    p95: at(9_500),
    p99: at(9_900),
    p999: at(9_990),
    max: at(WHOLE),
  };
}

/** How many arrivals it takes before this percentile is anything but the slowest one. */
export function leastFor({ percentile }: Objective): number {
  return percentile === null || percentile === WHOLE ? 1 : Math.ceil(WHOLE / (WHOLE - percentile));
}
