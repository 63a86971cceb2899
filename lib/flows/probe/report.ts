// What a probe found, as a document and in one line.

import { count } from '../../base/count.ts';
import { formatDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import type { JsonObject } from '../../base/json.ts';
import { histogramOf } from '../../domain/probe/histogram.ts';
import { type Quantiles, quantilesOf } from '../../domain/probe/tally.ts';
import type { Judgement, Verdict } from '../../domain/probe/verdict.ts';
import type { Outcome } from '../../run/command.ts';
import type { Driven } from './drive.ts';
import { addressOf, type ProbePlan, planDocument } from './plan.ts';

export interface Probed {
  readonly plan: ProbePlan;
  readonly driven: Driven;
  readonly judgement: Judgement;
}

export function documentOf({ plan, driven, judgement }: Probed, redact: (text: string) => string): JsonObject {
  const { tallied, tookMs, unfinished, latestMs, isInterrupted } = driven;
  const placed = tallied.latencies.length;
  return {
    ...planDocument(plan),
    verdict: judgement.verdict,
    interrupted: isInterrupted,
    answered: tallied.arrivals,
    good: tallied.good,
    unplaced: tallied.ours,
    unfinished,
    took_ms: round(tookMs),
    sent_late_ms: round(latestMs),
    error_ratio: placed === 0 ? null : round((placed - tallied.good) / placed),
    good_per_second: round(tallied.good / (tookMs / 1_000)),
    latency_ms: quantiles(quantilesOf(tallied.latencies)),
    good_latency_ms: quantiles(quantilesOf(tallied.goodLatencies)),
    histogram: histogramOf(tallied.goodLatencies).map(({ upToMs, count }) => ({ le_ms: upToMs, count })),
    errors: tallied.errors.map(({ error, count, isOurs, detail }) => ({
      error,
      count,
      unplaced: isOurs,
      detail: redact(detail),
    })),
    objectives: judgement.objectives.map(({ objective, measured, verdict }) => ({
      objective: objective.text,
      measured: Number.isNaN(measured) ? null : round(measured),
      verdict,
    })),
    notes: [...judgement.notes],
  };
}

export function summaryOf(
  verdict: Verdict,
  probed: readonly Probed[],
  planned: number,
  isInterrupted: boolean,
): string {
  const broken = probed.filter(({ judgement }) => judgement.verdict !== 'met').map(({ plan }) => plan.name);
  const partly = isInterrupted ? `interrupted, ${probed.length} of ${planned} begun: ` : '';
  switch (verdict) {
    case 'met':
      return probed.length === 1
        ? `${probed[0]?.plan.name ?? ''} meets its objectives`
        : `all ${probed.length} targets meet their objectives`;
    case 'unmet':
      return `${partly}${broken.length} of ${planned} ${planned === 1 ? 'target does' : 'targets do'} not: ${broken.join(', ')}`;
    case 'unknown':
      return isInterrupted
        ? `${partly}nothing that was seen is unmet, and not all was seen`
        : `could not look: ${broken.join(', ')}`;
  }
}

export function concludePlan(plans: readonly ProbePlan[]): Outcome {
  const requests = plans.reduce((sum, { arrivals }) => sum + arrivals, 0);
  const tookMs = plans.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const summary = `would send ${count(requests, 'request')} to ${count(plans.length, 'target')} within ${formatDuration(tookMs)}`;
  return {
    exit: EXIT.ok,
    summary,
    report: { schema: 'mdops.probe-plan/1', planned: plans.map(planDocument) },
    view: () => [
      ...plans.map((plan) => {
        const { name, rate, arrivals, timeoutMs, objectives } = plan;
        const slo = objectives.map(({ text }) => text).join(', ');
        return `${name}: ${arrivals} × ${addressOf(plan)} at ${rate}/s, each within ${formatDuration(timeoutMs)}; ${slo}`;
      }),
      summary,
    ],
  };
}

function quantiles(found: Quantiles | null): JsonObject | null {
  if (found === null) return null;
  const { p999, ...rest } = found;
  const rounded = Object.entries({ ...rest, 'p99.9': p999 }).map(([name, value]) => [name, round(value)]);
  return Object.fromEntries(rounded) as JsonObject;
}

/** Microseconds are as much as a socket can tell. */
function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
