// Burn-rate alerts of an objective: factors, thresholds, what can never fire, and when each would fire and reset.

import { printPromDuration } from '../rules/prom-duration.ts';
import {
  compare,
  minus,
  over,
  parseRational,
  printDecimal,
  type Rational,
  rational,
  times,
  toNumber,
} from './rational.ts';
import type { Slo, Urgency } from './slo.ts';

export interface BurnPair {
  readonly urgency: Urgency;
  readonly longMs: number;
  /** One twelfth of the long window, so that the alert ends soon after the errors do; for days an even quarter of theirs. */
  readonly shortMs: number;
  /** Part of the budget that is gone when it fires. */
  readonly budgetShare: Rational;
}

export interface BurnAlert extends BurnPair {
  /** How many times faster than the objective allows. */
  readonly factor: Rational;
  /** The error ratio above which it fires. */
  readonly threshold: Rational;
  /** Why it is left out; null when it is not. */
  readonly refusal: string | null;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ONE = rational(1);
const HUNDRED = rational(100);

/** Site Reliability Workbook, chapter 5, table 5-8, and its companion for two ticket windows. */
export const BURN_PAIRS: readonly BurnPair[] = [
  { urgency: 'page', longMs: HOUR, shortMs: 5 * MINUTE, budgetShare: rational(2, 100) },
  { urgency: 'page', longMs: 6 * HOUR, shortMs: 30 * MINUTE, budgetShare: rational(5, 100) },
  { urgency: 'ticket', longMs: DAY, shortMs: 2 * HOUR, budgetShare: rational(10, 100) },
  { urgency: 'ticket', longMs: 3 * DAY, shortMs: 6 * HOUR, budgetShare: rational(10, 100) },
];

export function errorBudget({ objectivePercent }: Pick<Slo, 'objectivePercent'>): Rational {
  return minus(ONE, over(objectivePercent, HUNDRED));
}

export function planBurnAlerts(slo: Pick<Slo, 'objectivePercent' | 'windowMs'>): readonly BurnAlert[] {
  const budget = errorBudget(slo);
  return BURN_PAIRS.map((pair) => {
    const factor = times(pair.budgetShare, rational(slo.windowMs, pair.longMs));
    const threshold = times(factor, budget);
    return { ...pair, factor, threshold, refusal: findRefusal(pair, factor, threshold, slo) };
  });
}

function findRefusal(
  { longMs }: BurnPair,
  factor: Rational,
  threshold: Rational,
  { windowMs, objectivePercent }: Pick<Slo, 'objectivePercent' | 'windowMs'>,
): string | null {
  if (longMs > windowMs)
    return `it looks back ${printPromDuration(longMs)} in a window of ${printPromDuration(windowMs)}`;
  if (compare(threshold, ONE) < 0) return null;
  const least = times(minus(ONE, over(ONE, factor)), HUNDRED);
  return `at ${printDecimal(objectivePercent)} % it can never fire: ${shortDecimal(factor)} times the budget is an error ratio of ${shortDecimal(threshold)}, and none is above 1; it needs an objective above ${shortDecimal(least)} %`;
}

/** For people: at most six digits. */
export function shortDecimal(value: Rational): string {
  return printDecimal(value, 6);
}

/** From the beginning of a steady error ratio after good times; null: it never fires. */
export function detectionMs({ longMs, threshold }: BurnAlert, ratio: Rational): number | null {
  if (compare(ratio, threshold) <= 0) return null;
  return toNumber(times(rational(longMs), over(threshold, ratio)));
}

/** From the end of errors that had lasted at least the short window. */
export function resetMs({ shortMs, threshold }: BurnAlert, ratio: Rational): number {
  return toNumber(times(rational(shortMs), minus(ONE, over(threshold, ratio))));
}

/** `99.9` and `0` < objective < `100`, or null. */
export function parseObjective(value: unknown): Rational | null {
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  const percent = parseRational(String(value));
  if (percent === null || compare(percent, rational(0)) <= 0 || compare(percent, HUNDRED) >= 0) return null;
  return percent;
}
