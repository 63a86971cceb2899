// Test data as promtool's input series: every sample written out, runs of equal ones folded.

import type { Metric } from './platform.ts';
import type { HistogramPhase, SeriesData, SeriesValue } from './series-value.ts';
import { findHistogramRates } from './spread.ts';

export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

export interface Sampling {
  readonly intervalMs: number;
  readonly count: number;
  /** The moment that `ago` counts back from. */
  readonly nowMs: number;
  readonly metrics: ReadonlyMap<string, Metric>;
}

/** The series, or what is wrong with one of them. */
export function printSeries(data: SeriesData, sampling: Sampling): InputSeries[] | string {
  const printed: InputSeries[] = [];
  for (const { series, value } of data) {
    const one =
      value.kind === 'histogram' ? printHistogram(series, value.phases, sampling) : printOne(series, value, sampling);
    if (typeof one === 'string') return `${series}: ${one}`;
    printed.push(...one);
  }
  return printed;
}

function printOne(
  series: string,
  value: Exclude<SeriesValue, { kind: 'histogram' }>,
  sampling: Sampling,
): InputSeries[] {
  if (value.kind === 'raw') return [{ series, values: value.text }];
  return [{ series, values: fold(sample(sampling, (ms) => valueAt(value, ms, sampling.nowMs))) }];
}

export function valueAt(
  value: Exclude<SeriesValue, { kind: 'histogram' } | { kind: 'raw' }>,
  ms: number,
  nowMs: number,
): number | null {
  switch (value.kind) {
    case 'constant':
      return value.value;
    case 'steps':
      return value.steps.findLast(({ atMs }) => atMs <= ms)?.value ?? null;
    case 'rates':
      return tidy(value.from + grown(value.rates, ms));
    case 'ago':
      return tidy(nowMs / 1_000 - value.seconds);
    case 'lag':
      return tidy(ms / 1_000 - value.seconds);
  }
}

function grown(rates: readonly { readonly atMs: number; readonly perSecond: number }[], ms: number): number {
  return rates.reduce((sum, { atMs, perSecond }, index) => {
    const endMs = Math.min(ms, rates[index + 1]?.atMs ?? ms);
    return sum + Math.max(0, endMs - atMs) * (perSecond / 1_000);
  }, 0);
}

function printHistogram(series: string, phases: readonly HistogramPhase[], sampling: Sampling): InputSeries[] | string {
  const parts = partsOfHistogram(series, phases, sampling.metrics);
  if (typeof parts === 'string') return parts;
  return parts.map((part) => ({ series: part.series, values: fold(sample(sampling, part.at)) }));
}

/** The series of a histogram, each with its value at a moment. */
export function partsOfHistogram(
  series: string,
  phases: readonly HistogramPhase[],
  metrics: ReadonlyMap<string, Metric>,
): { readonly series: string; readonly at: (ms: number) => number }[] | string {
  const [name = '', labels = ''] = series.split(/[{}]/);
  const metric = metrics.get(name);
  if (metric?.type !== 'histogram' || metric.buckets.length === 0)
    return 'is no histogram of the catalogue with buckets';
  const bounds = [...metric.buckets, Number.POSITIVE_INFINITY];
  const rates: { atMs: number; rates: readonly number[] }[] = [];
  for (const { atMs, spread } of phases) {
    const found = findHistogramRates(spread, bounds);
    if (typeof found === 'string') return found;
    rates.push({ atMs, rates: found });
  }
  const cumulative = (ms: number, upTo: number): number =>
    tidy(
      grown(
        rates.map((phase) => ({
          atMs: phase.atMs,
          perSecond: phase.rates.slice(0, upTo + 1).reduce((sum, rate) => sum + rate, 0),
        })),
        ms,
      ),
    );
  const middles = bounds.map((bound, index) =>
    bound === Number.POSITIVE_INFINITY ? (bounds[index - 1] ?? 0) * 1.5 : ((bounds[index - 1] ?? 0) + bound) / 2,
  );
  const total = (ms: number): number =>
    tidy(
      grown(
        rates.map((phase) => ({
          atMs: phase.atMs,
          perSecond: phase.rates.reduce((sum, rate, index) => sum + rate * middles[index]!, 0),
        })),
        ms,
      ),
    );
  const inner = labels === '' ? '' : `${labels},`;
  const wrap = labels === '' ? '' : `{${labels}}`;
  return [
    ...bounds.map((bound, index) => ({
      series: `${name}_bucket{${inner}le="${printBound(bound)}"}`,
      at: (ms: number) => cumulative(ms, index),
    })),
    { series: `${name}_count${wrap}`, at: (ms) => cumulative(ms, bounds.length - 1) },
    { series: `${name}_sum${wrap}`, at: total },
  ];
}

export function printBound(bound: number): string {
  return bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound);
}

function sample({ intervalMs, count }: Sampling, at: (ms: number) => number | null): (number | null)[] {
  return Array.from({ length: count }, (_, index) => at(index * intervalMs));
}

/** Sums of floats without their noise: ten decimals are more than any test says. */
function tidy(value: number): number {
  return Number(value.toFixed(10));
}

/** `0 0 0 6 6` → `0x2 6x1`, `0 15 30` → `0+15x2`. */
function fold(values: readonly (number | null)[]): string {
  const parts: string[] = [];
  let at = 0;
  while (at < values.length) {
    const first = values[at]!;
    if (first === null) {
      const length = runLength(values, at, () => null);
      parts.push(length === 1 ? '_' : `_x${length}`);
      at += length;
      continue;
    }
    const next = values[at + 1];
    const step = typeof next === 'number' ? tidy(next - first) : 0;
    const length = runLength(values, at, (before) => before + step);
    if (length < 3) {
      parts.push(String(first));
      at += 1;
      continue;
    }
    parts.push(
      step === 0 ? `${first}x${length - 1}` : `${first}${step < 0 ? '-' : '+'}${Math.abs(step)}x${length - 1}`,
    );
    at += length;
  }
  return parts.join(' ');
}

/** How many values follow each other by the same step, added as promtool adds it. */
function runLength(values: readonly (number | null)[], from: number, next: (before: number) => number | null): number {
  let length = 1;
  let before = values[from] ?? null;
  while (from + length < values.length) {
    const wanted: number | null = before === null ? null : next(before);
    if (!isSame(values[from + length] ?? null, wanted)) break;
    before = wanted;
    length += 1;
  }
  return length;
}

function isSame(left: number | null, right: number | null): boolean {
  return left === null || right === null ? left === right : Math.abs(left - right) < 1e-9 * Math.max(1, Math.abs(left));
}
