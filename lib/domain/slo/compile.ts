// An objective as Prometheus rules: ratios for every window that is asked about, the state of the budget, the alerts.

import { printPromDuration } from '../rules/prom-duration.ts';
import { type BurnAlert, errorBudget, planBurnAlerts, shortDecimal } from './burn.ts';
import { over, printDecimal, rational } from './rational.ts';
import { type Slo, WINDOW } from './slo.ts';

type Labels = Readonly<Record<string, string>>;

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels: Labels;
}

export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Labels;
  readonly annotations: Labels;
}

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly (RecordingRule | AlertingRule)[];
}

const FIVE_MINUTES = 300_000;
const DAY = 86_400_000;
/** A scrape that fails once or twice is no absence. */
const ABSENT_FOR = '15m';
const SEVERITY = { page: 'critical', ticket: 'warning' } as const;

/** One group: its rules are evaluated one after the other, so that alerts read the ratios of their own moment. */
export function compileSlo(slo: Slo): readonly RuleGroup[] {
  const alerts = firingAlerts(slo);
  const rules = [
    ...indicatorRules(slo, alerts),
    ...budgetRules(slo),
    ...alerts.map((alert) => burnRule(slo, alert)),
    noDataRule(slo),
  ];
  return [{ name: `slo-${slo.service}-${slo.name}`, rules }];
}

export function firingAlerts(slo: Slo): readonly BurnAlert[] {
  return planBurnAlerts(slo).filter(({ refusal, urgency }) => refusal === null && !slo.urgencies[urgency].isOff);
}

export function alertNameOf(slo: Slo, { longMs }: Pick<BurnAlert, 'longMs'>): string {
  return `${slo.alertName}_BURN_${printPromDuration(longMs).toUpperCase()}`;
}

function indicatorRules(slo: Slo, alerts: readonly BurnAlert[]): RecordingRule[] {
  const windows = new Set([FIVE_MINUTES, ...alerts.flatMap(({ shortMs, longMs }) => [shortMs, longMs])]);
  // An alert may look back as far as the objective: then one rate answers both.
  const isAsked = windows.has(slo.windowMs);
  const ratios = [...windows]
    .sort((left, right) => left - right)
    .map((ms) => rule(slo, ratioName(ms), ratioOf(slo, ms)));
  const { indicator, leastBadEvents } = slo;
  if (indicator.kind === 'ratio') {
    const five = `${ratioName(FIVE_MINUTES)}${selectorOf(slo)}`;
    // Without traffic a raw ratio is no number, and one of those in the window makes the mean none: they are left out.
    const window = `${printPromDuration(slo.windowMs)}:${printPromDuration(FIVE_MINUTES)}`;
    const mean = rule(slo, ratioName(slo.windowMs), `avg_over_time((${five} >= 0)[${window}])`);
    return isAsked ? ratios : [...ratios, mean];
  }
  const guards =
    leastBadEvents === null ? [] : alerts.map(({ longMs }) => rule(slo, badName(longMs), badOf(indicator, longMs)));
  const range = printPromDuration(slo.windowMs);
  // Sums of both, not a mean of ratios: a quiet night weighs what its traffic weighs.
  const [bad, total] = [`${badName(FIVE_MINUTES)}${selectorOf(slo)}[${range}]`, `${TOTAL}${selectorOf(slo)}[${range}]`];
  return [
    ...ratios,
    rule(slo, badName(FIVE_MINUTES), badOf(indicator, FIVE_MINUTES)),
    rule(slo, TOTAL, at(indicator.total, FIVE_MINUTES)),
    ...guards,
    ...(isAsked ? [] : [rule(slo, ratioName(slo.windowMs), `sum_over_time(${bad}) / (sum_over_time(${total}) > 0)`)]),
  ];
}

const TOTAL = 'slo:sli_total:rate5m';

function budgetRules(slo: Slo): RecordingRule[] {
  const budget = printDecimal(errorBudget(slo));
  const own = selectorOf(slo);
  return [
    rule(slo, 'slo:objective:ratio', `vector(${printDecimal(over(slo.objectivePercent, rational(100)))})`),
    rule(slo, 'slo:error_budget:ratio', `vector(${budget})`),
    rule(slo, 'slo:time_period:days', `vector(${printDecimal(rational(slo.windowMs, DAY))})`),
    rule(slo, 'slo:current_burn_rate:ratio', `${ratioName(FIVE_MINUTES)}${own} / ${budget}`),
    rule(slo, 'slo:period_error_budget_remaining:ratio', `1 - ${ratioName(slo.windowMs)}${own} / ${budget}`),
  ];
}

function burnRule(slo: Slo, alert: BurnAlert): AlertingRule {
  const own = selectorOf(slo);
  const threshold = printDecimal(alert.threshold);
  const [long, short] = [printPromDuration(alert.longMs), printPromDuration(alert.shortMs)];
  const tests = [alert.shortMs, alert.longMs].map((ms) => `${ratioName(ms)}${own} > ${threshold}`);
  const isGuarded = slo.leastBadEvents !== null && slo.indicator.kind === 'events';
  const guard = `${badName(alert.longMs)}${own} * ${alert.longMs / 1_000} >= ${slo.leastBadEvents}`;
  const { labels, annotations } = slo.urgencies[alert.urgency];
  const factor = shortDecimal(alert.factor);
  return {
    alert: alertNameOf(slo, alert),
    expr: [...tests, ...(isGuarded ? [guard] : [])].join(' and '),
    labels: {
      severity: SEVERITY[alert.urgency],
      ...slo.labels,
      slo: slo.name,
      service: slo.service,
      long_window: long,
      ...labels,
    },
    annotations: {
      summary: `${slo.service}: ${slo.name} burns its error budget ${factor} times too fast`,
      description: `{{ $value | humanizePercentage }} of events fail; over ${long} and ${short} more than ${shortDecimal(alert.threshold)} of them did. The objective is ${printDecimal(slo.objectivePercent)} % in ${printPromDuration(slo.windowMs)}.`,
      ...slo.annotations,
      ...annotations,
    },
  };
}

/** No series at all is no good news; no events of a series that is there is. */
function noDataRule(slo: Slo): AlertingRule {
  const watched = slo.indicator.kind === 'events' ? TOTAL : ratioName(FIVE_MINUTES);
  return {
    alert: `${slo.alertName}_NO_DATA`,
    expr: `absent(${watched}${selectorOf(slo)})`,
    for: ABSENT_FOR,
    labels: {
      severity: SEVERITY.ticket,
      ...slo.labels,
      slo: slo.name,
      service: slo.service,
      ...slo.urgencies.ticket.labels,
    },
    annotations: {
      summary: `${slo.service}: nothing tells how ${slo.name} is doing`,
      description: `The indicator of ${slo.name} has had no series for ${ABSENT_FOR}: its alerts cannot fire.`,
      ...slo.annotations,
      ...slo.urgencies.ticket.annotations,
    },
  };
}

function rule(slo: Slo, record: string, expr: string): RecordingRule {
  return { record, expr, labels: { ...slo.labels, slo: slo.name, service: slo.service } };
}

/** Bad events that never happened have no series: they count as none. No traffic has no ratio. */
function ratioOf({ indicator }: Slo, ms: number): string {
  if (indicator.kind === 'ratio') return at(indicator.ratio, ms);
  return `(${badOf(indicator, ms)}) / ((${at(indicator.total, ms)}) > 0)`;
}

function badOf({ bad, total }: { readonly bad: string; readonly total: string }, ms: number): string {
  return `(${at(bad, ms)}) or 0 * (${at(total, ms)})`;
}

function at(query: string, ms: number): string {
  return query.replaceAll(WINDOW, printPromDuration(ms));
}

function ratioName(ms: number): string {
  return `slo:sli_error:ratio_rate${printPromDuration(ms)}`;
}

function badName(ms: number): string {
  return `slo:sli_bad:rate${printPromDuration(ms)}`;
}

function selectorOf({ name, service }: Slo): string {
  return `{slo=${JSON.stringify(name)}, service=${JSON.stringify(service)}}`;
}
