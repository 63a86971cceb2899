// A probe's result for a person: verdict, objectives, percentiles, a small histogram, what went wrong.

import { formatDuration } from '../../base/duration.ts';
import type { Paint } from '../../base/paint.ts';
import { tableLines } from '../../base/table.ts';
import { barOf, histogramOf } from '../../domain/probe/histogram.ts';
import { type Quantiles, quantilesOf } from '../../domain/probe/tally.ts';
import type { Judged, Verdict } from '../../domain/probe/verdict.ts';
import type { Context } from '../../run/context.ts';
import { addressOf } from './plan.ts';
import type { Probed } from './report.ts';

type Ctx = Pick<Context, 'redact' | 'run'>;

const BAR_CELLS = 32;

export function linesOf(probed: Probed, ctx: Ctx, paint: Paint, columns: number): string[] {
  const { plan, driven, judgement } = probed;
  const { tallied, unfinished } = driven;
  const failed = tallied.arrivals - tallied.good;
  const open = unfinished === 0 ? '' : `, ${unfinished} cancelled`;
  return [
    `${headline(judgement.verdict, paint)}  ${paint.strong(plan.name)}, ${ctx.run.environment}  ${addressOf(plan)}`,
    `${tallied.arrivals} of ${plan.arrivals} arrivals at ${plan.rate}/s, ${failed} failed${open}`,
    '',
    ...objectiveLines(judgement.objectives, paint),
    '',
    ...latencyLines(probed),
    ...histogramLines(tallied.goodLatencies, paint, columns),
    ...errorLines(probed, ctx, paint),
    ...judgement.notes.map((note) => paint.warn(`! ${note}`)),
    '',
  ];
}

function headline(verdict: Verdict, paint: Paint): string {
  switch (verdict) {
    case 'met':
      return paint.good('MET');
    case 'unmet':
      return paint.bad('UNMET');
    case 'unknown':
      return paint.warn('UNKNOWN');
  }
}

function objectiveLines(judged: readonly Judged[], paint: Paint): string[] {
  const colour = { met: paint.good, unmet: paint.bad, unknown: paint.warn };
  return tableLines(
    [{ title: 'OBJECTIVE' }, { title: 'MEASURED', align: 'right' }, { title: 'VERDICT' }],
    judged.map((one) => [one.objective.text, showMeasured(one), colour[one.verdict](one.verdict)]),
  );
}

function showMeasured({ objective, measured }: Judged): string {
  if (Number.isNaN(measured)) return '–';
  if (objective.percentile !== null) return showMs(measured);
  return objective.name === 'errors' ? `${short(measured * 100)}%` : `${short(measured)}/s`;
}

const QUANTILES = ['min', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const satisfies readonly (keyof Quantiles)[];

/** Both rows when they differ: the first one is what objectives are held against. */
function latencyLines({ driven }: Probed): string[] {
  const { latencies, goodLatencies } = driven.tallied;
  const rows: [string, Quantiles | null][] = [['every arrival', quantilesOf(latencies)]];
  if (goodLatencies.length < latencies.length) rows.push(['good answers', quantilesOf(goodLatencies)]);
  const titles = QUANTILES.map((name) => ({
    title: name === 'p999' ? 'P99.9' : name.toUpperCase(),
    align: 'right' as const,
  }));
  return tableLines(
    [{ title: 'LATENCY' }, ...titles],
    rows.map(([name, found]) => [name, ...QUANTILES.map((key) => (found === null ? '–' : showMs(found[key])))]),
  );
}

function histogramLines(sorted: Float64Array, paint: Paint, columns: number): string[] {
  const rows = histogramOf(sorted);
  const most = Math.max(...rows.map(({ count }) => count), 1);
  const cells = Math.max(8, Math.min(BAR_CELLS, columns - 24));
  if (rows.length === 0) return [];
  const lines = tableLines(
    [{ title: 'GOOD', align: 'right' }, { title: 'COUNT', align: 'right' }, { title: '' }],
    rows.map(({ upToMs, count }) => [`≤ ${showMs(upToMs)}`, String(count), paint.accent(barOf(count, most, cells))]),
  );
  return ['', ...lines];
}

function errorLines({ driven }: Probed, { redact }: Ctx, paint: Paint): string[] {
  const { errors } = driven.tallied;
  if (errors.length === 0) return [];
  const lines = tableLines(
    [{ title: 'FAILED' }, { title: 'COUNT', align: 'right' }, { title: 'THE FIRST ONE' }],
    errors.map(({ error, count, detail }) => [paint.bad(error), String(count), redact(detail)]),
  );
  return ['', ...lines];
}

/** Three figures are as much as a person compares. */
function showMs(ms: number): string {
  if (ms < 1) return `${short(ms * 1_000)}µs`;
  return ms < 1_000 ? `${short(ms)}ms` : formatDuration(ms);
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
