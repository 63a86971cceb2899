// One alert to be proven: what is pushed, where it must arrive, and how quickly it can at best.

import type { CatalogueAlert } from '../rules/catalogue.ts';
import { parsePromDuration } from '../rules/prom-duration.ts';
import { nodesOf, type ParsePromql } from '../rules/promql.ts';
import { routesOf } from '../rules/routes/deliver.ts';
import type { Route, Routing } from '../rules/routes/routing.ts';
import type { Rule } from '../rules/rule.ts';
import type { ScrapeConfig } from '../rules/scrape-config.ts';
import type { Stimulus } from '../rules/stimulus.ts';
import { scaleDuration, scaleExpression } from '../stack/scale.ts';

export interface SmokeCase {
  readonly name: string;
  readonly alert: string;
  readonly severity: string;
  readonly receivers: readonly string[];
  readonly runbook: string;
  readonly stimulus: Stimulus;
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
  /** Eight hex digits of this run. */
  readonly runNonce: string;
}

export function makeCases(alerts: readonly CatalogueAlert[], inputs: CaseInputs, parse: ParsePromql): SmokeCase[] {
  const counts = new Map<string, number>();
  for (const { alert } of alerts) counts.set(alert, (counts.get(alert) ?? 0) + 1);
  return alerts.flatMap((promise, index): SmokeCase[] => {
    const { alert, severity, receivers, runbook, stimulus } = promise;
    if (stimulus === null) return [];
    const rule = inputs.rules.find(({ name, labels }) => name === alert && labels['severity'] === severity);
    const carriesLabels =
      stimulus.kind !== 'always' && !(stimulus.kind === 'series' && stimulus.fire.kind === 'absent');
    return [
      {
        name: counts.get(alert) === 1 ? alert : `${alert} (${severity})`,
        alert,
        severity,
        receivers,
        runbook,
        stimulus,
        nonce: carriesLabels ? `${inputs.runNonce}-${index + 1}` : null,
        best: bestTimes(promise, rule, inputs, parse),
      },
    ];
  });
}

function bestTimes(promise: CatalogueAlert, rule: Rule | undefined, inputs: CaseInputs, parse: ParsePromql): BestTimes {
  const ms = (text: string): number => parsePromDuration(scaleDuration(text, inputs.factor)) ?? 0;
  const { scrape, routing } = inputs;
  const isPushed = promise.stimulus?.kind !== 'always';
  const job = scrape.jobs.find(({ name }) => name === 'pushgateway');
  const routes = routesOf(routing, { alertname: promise.alert, severity: promise.severity, ...rule?.labels });
  const longest = (pick: (route: Route) => string): number => Math.max(0, ...routes.map((route) => ms(pick(route))));
  const parts = {
    scrapeMs: isPushed ? ms(job?.interval ?? '1m') : 0,
    evaluationMs: ms(rule?.interval ?? scrape.evaluationInterval),
    forMs: ms(promise.for),
    windowMs: rule === undefined ? 0 : windowOf(scaleExpression(rule.expr, inputs.factor, parse), parse),
    groupWaitMs: longest(({ groupWait }) => groupWait),
    groupIntervalMs: longest(({ groupInterval }) => groupInterval),
  };
  const { scrapeMs, evaluationMs, forMs, windowMs, groupWaitMs, groupIntervalMs } = parts;
  return {
    ...parts,
    fireMs: scrapeMs + evaluationMs + forMs + groupWaitMs,
    resolveMs: scrapeMs + evaluationMs + windowMs + groupIntervalMs,
  };
}

/** The longest window an expression looks back over. */
function windowOf(expr: string, parse: ParsePromql): number {
  const durations = nodesOf(parse(expr), 'NumberDurationLiteralInDurationContext');
  return Math.max(0, ...durations.map(({ from, to }) => parsePromDuration(expr.slice(from, to)) ?? 0));
}
