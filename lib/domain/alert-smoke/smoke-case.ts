// One alert to be proven: what is pushed, where it must arrive, and how quickly it can at best.

import { resultLabels } from '../platform/result-labels.ts';
import { inlineRecordings } from '../rules/backtest/inline-recordings.ts';
import type { CatalogueAlert } from '../rules/catalogue.ts';
import { parsePromDuration } from '../rules/prom-duration.ts';
import { nodesOf, type ParsePromql } from '../rules/promql.ts';
import { routesOf } from '../rules/routes/deliver.ts';
import type { Route, Routing } from '../rules/routes/routing.ts';
import type { Rule } from '../rules/rule.ts';
import type { ScrapeConfig } from '../rules/scrape-config.ts';
import type { Stimulus } from '../rules/stimulus.ts';
import { scaleDuration, scaleExpression } from '../stack/scale.ts';
import { countedMetrics } from './played-series.ts';

export interface SmokeCase {
  readonly name: string;
  readonly alert: string;
  readonly severity: string;
  readonly receivers: readonly string[];
  readonly runbook: string;
  readonly stimulus: Stimulus;
  /** Alerts that may fire on what is pushed for this one: named ones, and those that nobody promised. */
  readonly mayAlsoFire: (alert: string) => boolean;
  /** Metrics that are read by their growth over a window. */
  readonly counted: ReadonlySet<string>;
  /** Carried by the pushed series and by the alert; null where the expression drops all labels. */
  readonly nonce: string | null;
  readonly best: BestTimes;
}

/** The theoretical minimum of each leg, with everything at its latest: scrape, evaluation, waiting, grouping. */
export interface BestTimes {
  readonly scrapeMs: number;
  readonly evaluationMs: number;
  readonly forMs: number;
  readonly windowMs: number;
  readonly groupWaitMs: number;
  readonly groupIntervalMs: number;
  readonly fireMs: number;
  readonly resolveMs: number;
}

export interface CaseInputs {
  readonly rules: readonly Rule[];
  readonly routing: Routing;
  readonly scrape: ScrapeConfig;
  readonly factor: number;
  /** Every alert of the catalogue. */
  readonly promised: readonly string[];
  /** Eight hex digits of this run. */
  readonly runNonce: string;
  /** The rules keep series with different nonces apart, whatever their expressions sum up. */
  readonly isApart: boolean;
}

export function makeCases(alerts: readonly CatalogueAlert[], inputs: CaseInputs, parse: ParsePromql): SmokeCase[] {
  const counts = new Map<string, number>();
  for (const { alert } of alerts) counts.set(alert, (counts.get(alert) ?? 0) + 1);
  const recordings = groupByName(inputs.rules.filter(({ kind }) => kind === 'record'));
  const promised = new Set(inputs.promised);
  return alerts.flatMap((promise, index): SmokeCase[] => {
    const { alert, severity, receivers, runbook, stimulus } = promise;
    if (stimulus === null) return [];
    const rule = inputs.rules.find(({ name, labels }) => name === alert && labels['severity'] === severity);
    const written = rule === undefined ? '' : writtenOut(rule, recordings, parse);
    const also = stimulus.kind === 'played' ? stimulus.also : [];
    return [
      {
        name: counts.get(alert) === 1 ? alert : `${alert} (${severity})`,
        alert,
        severity,
        receivers,
        runbook,
        stimulus,
        mayAlsoFire: (name) => also.includes(name) || !promised.has(name),
        counted: stimulus.kind === 'played' ? countedMetrics(parse(written)) : new Set(),
        nonce: carriesNonce(stimulus, written, inputs.isApart, parse) ? `${inputs.runNonce}-${index + 1}` : null,
        best: bestTimes(promise, rule, written, inputs, parse),
      },
    ];
  });
}

/** The windows and functions that decide stand in recording rules as often as in the alert itself. */
function writtenOut({ expr }: Rule, recordings: ReadonlyMap<string, readonly Rule[]>, parse: ParsePromql): string {
  return inlineRecordings(expr, { parse, recordings, intervalMs: 1, fromHistory: new Set() }).expr;
}

function groupByName(rules: readonly Rule[]): Map<string, Rule[]> {
  const groups = new Map<string, Rule[]>();
  for (const rule of rules) groups.set(rule.name, [...(groups.get(rule.name) ?? []), rule]);
  return groups;
}

function carriesNonce(stimulus: Stimulus, written: string, isApart: boolean, parse: ParsePromql): boolean {
  switch (stimulus.kind) {
    case 'always':
    case 'unproven':
      return false;
    case 'series':
      return stimulus.fire.kind !== 'absent';
    case 'played':
      return isApart || resultLabels(parse(written), { nonce: 'x' })?.['nonce'] !== undefined;
    default:
      return true;
  }
}

function bestTimes(
  promise: CatalogueAlert,
  rule: Rule | undefined,
  written: string,
  inputs: CaseInputs,
  parse: ParsePromql,
): BestTimes {
  const ms = (text: string): number => parsePromDuration(scaleDuration(text, inputs.factor)) ?? 0;
  const { scrape, routing } = inputs;
  const isPushed = promise.stimulus?.kind !== 'always';
  const job = scrape.jobs.find(({ name }) => name === 'pushgateway');
  const routes = routesOf(routing, { alertname: promise.alert, severity: promise.severity, ...rule?.labels });
  const longest = (pick: (route: Route) => string): number => Math.max(0, ...routes.map((route) => ms(pick(route))));
  const windowMs = windowOf(scaleExpression(written, inputs.factor, parse), parse);
  const parts = {
    scrapeMs: isPushed ? ms(job?.interval ?? scrape.scrapeInterval) : 0,
    evaluationMs: ms(rule?.interval ?? scrape.evaluationInterval),
    forMs: ms(promise.for),
    windowMs,
    groupWaitMs: longest(({ groupWait }) => groupWait),
    groupIntervalMs: longest(({ groupInterval }) => groupInterval),
  };
  const { scrapeMs, evaluationMs, forMs, groupWaitMs, groupIntervalMs } = parts;
  // What was quiet before has to leave the window before a played case shows what it is meant to.
  const fillMs = promise.stimulus?.kind === 'played' ? windowMs : 0;
  return {
    ...parts,
    fireMs: scrapeMs + evaluationMs + fillMs + forMs + groupWaitMs,
    resolveMs: scrapeMs + evaluationMs + windowMs + groupIntervalMs,
  };
}

/** The longest window an expression looks back over. */
function windowOf(expr: string, parse: ParsePromql): number {
  const durations = nodesOf(parse(expr), 'NumberDurationLiteralInDurationContext');
  return Math.max(0, ...durations.map(({ from, to }) => parsePromDuration(expr.slice(from, to)) ?? 0));
}
