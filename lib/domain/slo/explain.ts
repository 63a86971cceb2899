// An objective in plain words: what it allows, and what it takes to page someone.

import { formatDuration } from '../../base/duration.ts';
import { printPromDuration } from '../rules/prom-duration.ts';
import { type BurnAlert, detectionMs, errorBudget, planBurnAlerts, resetMs, shortDecimal } from './burn.ts';
import { alertNameOf } from './compile.ts';
import { compare, printDecimal, type Rational, rational, times, toNumber } from './rational.ts';
import type { Slo, Urgency } from './slo.ts';

const ONE = rational(1);
const HUNDRED = rational(100);
/** Error ratios of the table, in per cent; what an alert never sees is left blank. */
const SHOWN = ['0.1', '0.5', '1', '2', '5', '10', '50', '100'] as const;
const WORDS = { page: 'pages', ticket: 'opens a ticket' } as const satisfies Record<Urgency, string>;

export interface BurnRow {
  readonly alert: string;
  readonly urgency: Urgency;
  readonly longWindow: string;
  readonly shortWindow: string;
  readonly factor: string;
  /** Exact. */
  readonly threshold: string;
  readonly budgetShare: string;
  readonly refusal: string | null;
  readonly reactions: readonly { readonly errorRatio: string; readonly detectedMs: number; readonly resetMs: number }[];
}

export function tabulate(slo: Slo): readonly BurnRow[] {
  return planBurnAlerts(slo).map((alert) => ({
    alert: alertNameOf(slo, alert),
    urgency: alert.urgency,
    longWindow: printPromDuration(alert.longMs),
    shortWindow: printPromDuration(alert.shortMs),
    factor: shortDecimal(alert.factor),
    threshold: printDecimal(alert.threshold),
    budgetShare: shortDecimal(alert.budgetShare),
    refusal: slo.urgencies[alert.urgency].isOff ? 'switched off in the specification' : alert.refusal,
    reactions: SHOWN.flatMap((percent) => reaction(alert, percent)),
  }));
}

function reaction(alert: BurnAlert, percent: string): BurnRow['reactions'] {
  const ratio = rational(Math.round(Number(percent) * 10), 1_000);
  const detectedMs = detectionMs(alert, ratio);
  return detectedMs === null ? [] : [{ errorRatio: `${percent} %`, detectedMs, resetMs: resetMs(alert, ratio) }];
}

export function explainSlo(slo: Slo): readonly string[] {
  const budget = errorBudget(slo);
  const allowed = toNumber(times(budget, rational(slo.windowMs)));
  return [
    `${slo.service}/${slo.name}: ${printDecimal(slo.objectivePercent)} % of events are good in any ${printPromDuration(slo.windowMs)}`,
    `  that allows ${inPercent(budget)} to fail: one in ${shortDecimal({ top: budget.bottom, bottom: budget.top })}, or a total outage of ${formatDuration(allowed)}`,
    ...planBurnAlerts(slo).map((alert) => `  ${explainAlert(slo, alert)}`),
    ...(slo.leastBadEvents === null
      ? []
      : [`  each alert also needs ${slo.leastBadEvents} bad events in its long window`]),
    '  no traffic fires nothing; no series at all opens a ticket after 15m',
  ];
}

function explainAlert(slo: Slo, alert: BurnAlert): string {
  const name = alertNameOf(slo, alert);
  const refusal = slo.urgencies[alert.urgency].isOff ? 'switched off' : alert.refusal;
  if (refusal !== null) return `${name} is left out: ${refusal}`;
  const [long, short] = [printPromDuration(alert.longMs), printPromDuration(alert.shortMs)];
  const outage = detectionMs(alert, ONE) ?? 0;
  const when = `more than ${inPercent(alert.threshold)} fail over ${long}, and still do over ${short}`;
  const slow = compare(alert.factor, ONE) < 0 ? '; at this rate the budget would last' : '';
  return `${name} ${WORDS[alert.urgency]} when ${when} (${shortDecimal(alert.factor)} times the budget${slow}); a total outage is told after ${formatDuration(Math.ceil(outage / 1_000) * 1_000)}, ended ${formatDuration(resetMs(alert, ONE))} after it`;
}

function inPercent(ratio: Rational): string {
  return `${shortDecimal(times(ratio, HUNDRED))} %`;
}
