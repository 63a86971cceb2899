// promtool tests of compiled objectives: each alert fires at the promised moment, resets, and is silent just below.

import { printPromDuration } from '../rules/prom-duration.ts';
import { type BurnAlert, detectionMs, resetMs } from './burn.ts';
import { alertNameOf, firingAlerts } from './compile.ts';
import { compare, minus, parseRational, printDecimal, type Rational, rational, times } from './rational.ts';
import type { Samples, Slo } from './slo.ts';

export interface TestGroup {
  readonly name: string;
  readonly interval: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly promql_expr_test: readonly ExprTest[];
}

interface ExprTest {
  readonly expr: string;
  readonly eval_time: string;
  readonly exp_samples: readonly { readonly labels: string; readonly value: number }[];
}

/** A part of a story: so many samples at this error ratio. */
interface Phase {
  readonly samples: number;
  readonly ratio: Rational;
}

const MINUTE = 60_000;
const ONE = rational(1);
const NOTHING = rational(0);
// Half as much again as it takes, and a hundredth less.
const ABOVE = rational(3, 2);
const JUST_ABOVE = rational(101, 100);
const BELOW = rational(99, 100);

/** What a test costs grows with its samples: five or six in the short window tell enough. */
export function stepMsOf({ shortMs }: Pick<BurnAlert, 'shortMs'>): number {
  return Math.floor(shortMs / (6 * MINUTE)) * MINUTE || MINUTE;
}

export interface BurnCase {
  readonly slo: Slo;
  readonly alert: BurnAlert;
}

/** Null where nothing is known by which its queries could be fed. */
export function makeTests(
  slo: Slo,
): readonly { readonly alert: BurnAlert; readonly tests: readonly TestGroup[] }[] | null {
  if (slo.indicator.kind !== 'events' || slo.indicator.samples === null) return null;
  return firingAlerts(slo).map((alert) => ({
    alert,
    tests: [firingTest([{ slo, alert }]), marginTest([{ slo, alert }]), silentTest([{ slo, alert }])],
  }));
}

/** All cases have the same windows, so that many objectives share one story. */
export function firingTest(cases: readonly BurnCase[]): TestGroup {
  const step = stepMsOf(cases[0]!.alert);
  const asserted = cases.map(({ slo, alert }) => {
    const ratio = short(smaller(times(alert.threshold, ABOVE), ONE));
    const begin = alert.longMs;
    const detected = begin + (detectionMs(alert, ratio) ?? 0);
    // Close to an error ratio of 1 it fires only when the whole long window is bad: that moment has its doubt too.
    const badMs = Math.max(alert.longMs, ceilTo(detected + step, step) - begin);
    const end = begin + badMs;
    const reset = end + resetMs(alert, ratio);
    const at = (ms: number, isFiring: boolean): ExprTest => expectAlert(slo, alert, ms, isFiring);
    return {
      series: storyOf(slo, [
        phase(alert.longMs, step, NOTHING),
        phase(badMs, step, ratio),
        phase(alert.shortMs * 2, step, NOTHING),
      ]),
      // A sample belongs to the window that ends with it: one step of doubt on each side.
      tests: [
        at(floorTo(detected - step, step), false),
        at(ceilTo(detected + step, step), true),
        at(end, true),
        at(ceilTo(reset + step, step), false),
      ],
    };
  });
  return group('fires when promised and ends when promised', cases, step, asserted);
}

export function marginTest(cases: readonly BurnCase[]): TestGroup {
  return steadyTest('fires one per cent above its threshold', cases, JUST_ABOVE, true);
}

export function silentTest(cases: readonly BurnCase[]): TestGroup {
  return steadyTest('is silent one per cent below its threshold', cases, BELOW, false);
}

function steadyTest(what: string, cases: readonly BurnCase[], share: Rational, isFiring: boolean): TestGroup {
  const step = stepMsOf(cases[0]!.alert);
  const asserted = cases.map(({ slo, alert }) => {
    const ratio = short(smaller(times(alert.threshold, share), ONE));
    return {
      series: storyOf(slo, [phase(alert.longMs * 2, step, ratio)]),
      tests: [expectAlert(slo, alert, alert.longMs * 2, isFiring)],
    };
  });
  return group(what, cases, step, asserted);
}

interface Asserted {
  readonly series: readonly { readonly series: string; readonly values: string }[];
  readonly tests: readonly ExprTest[];
}

function group(what: string, cases: readonly BurnCase[], step: number, asserted: readonly Asserted[]): TestGroup {
  const names = cases.map(({ slo, alert }) => alertNameOf(slo, alert));
  return {
    name: `${names.length === 1 ? names[0] : `${names.length} alerts`}: ${what}`,
    interval: printPromDuration(step),
    input_series: asserted.flatMap(({ series }) => series),
    promql_expr_test: asserted.flatMap(({ tests }) => tests),
  };
}

function expectAlert(slo: Slo, alert: BurnAlert, ms: number, isFiring: boolean): ExprTest {
  const expr = `count(ALERTS{alertname="${alertNameOf(slo, alert)}", alertstate="firing"})`;
  const exp_samples = isFiring ? [{ labels: '{}', value: 1 }] : [];
  return { expr, eval_time: printPromDuration(ms), exp_samples };
}

function phase(lengthMs: number, stepMs: number, ratio: Rational): Phase {
  return { samples: Math.ceil(lengthMs / stepMs), ratio };
}

function storyOf(slo: Slo, phases: readonly Phase[]): Asserted['series'] {
  const samples: Samples = slo.indicator.kind === 'events' ? (slo.indicator.samples ?? []) : [];
  return samples.map(({ series, counts }) => ({ series, values: valuesOf(phases, counts) }));
}

/**
 * promtool's `a+bxN` is a and N further samples: each phase begins one step after the last value. It adds them up as
 * floats, and a counter that seems to fall by a rounding error counts as reset: every increment is a whole number.
 */
function valuesOf(phases: readonly Phase[], counts: Samples[number]['counts']): string {
  const events = rational(phases.reduce((product, { ratio }) => product * ratio.bottom, 1n));
  let total = NOTHING;
  const parts = phases.map(({ samples, ratio }, index) => {
    const share = counts === 'all' ? ONE : counts === 'bad' ? ratio : minus(ONE, ratio);
    const increment = times(events, share);
    const first = index === 0 ? total : plus(total, increment);
    const further = index === 0 ? samples : samples - 1;
    total = plus(first, times(increment, rational(further)));
    return `${printDecimal(first)}+${printDecimal(increment)}x${further}`;
  });
  return parts.join(' ');
}

function plus(left: Rational, right: Rational): Rational {
  return minus(left, times(right, rational(-1)));
}

/** Few digits: with all of them the counters of a test would outgrow a double. A hundredth of the way is still kept. */
function short(ratio: Rational): Rational {
  return parseRational(printDecimal(ratio, 6)) ?? ratio;
}

function smaller(left: Rational, right: Rational): Rational {
  return compare(left, right) < 0 ? left : right;
}

function floorTo(ms: number, step: number): number {
  return Math.floor(ms / step) * step;
}

function ceilTo(ms: number, step: number): number {
  return Math.ceil(ms / step) * step;
}
