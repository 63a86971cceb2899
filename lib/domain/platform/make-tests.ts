// promtool unit tests of alerts and recording rules: on both sides of every threshold, and of every duration.

import { parsePromDuration, printPromDuration } from '../rules/prom-duration.ts';
import { nodesOf, type ParsePromql, textOf } from '../rules/promql.ts';
import { findSelectors } from '../rules/selectors.ts';
import { readSeries } from '../rules/stimulus.ts';
import { alertAnnotations, alertLabels } from './alert-words.ts';
import { renderAnnotation } from './annotation.ts';
import type {
  Alert,
  AlertCase,
  ExpectedAlert,
  ExpectedSample,
  Labels,
  Platform,
  Recording,
  RecordingCase,
} from './platform.ts';
import { type InputSeries, printSeries } from './print-series.ts';
import { resultLabels } from './result-labels.ts';
import type { SeriesData } from './series-value.ts';

export interface RuleTest {
  readonly name: string;
  readonly interval: string;
  readonly input_series: readonly InputSeries[];
  readonly alert_rule_test?: readonly AlertAssertion[];
  readonly promql_expr_test?: readonly unknown[];
}

interface AlertAssertion {
  readonly alertname: string;
  readonly eval_time: string;
  readonly exp_alerts?: readonly { readonly exp_labels: Labels; readonly exp_annotations: Labels }[];
}

export interface MadeTests {
  readonly tests: readonly RuleTest[];
  readonly problems: readonly string[];
}

const DEFAULT_STEP_MS = 15_000;

export function stepMsOf(platform: Platform, group: string): number {
  const interval = platform.groups.get(group)?.interval ?? platform.prometheus.evaluationInterval;
  return parsePromDuration(interval) ?? DEFAULT_STEP_MS;
}

/** All alerts that share a name: promtool compares whatever fires under it. */
export function makeAlertTests(platform: Platform, alerts: readonly Alert[], parse: ParsePromql): MadeTests {
  const problems: string[] = [];
  const tests = alerts.flatMap((alert) =>
    alert.cases.map((one) => {
      const say = (message: string): void => void problems.push(`${alert.alert}, "${one.name}": ${message}`);
      return makeAlertTest({ platform, alert, alerts, parse, say }, one);
    }),
  );
  return { tests, problems };
}

interface Making {
  readonly platform: Platform;
  readonly alert: Alert;
  readonly alerts: readonly Alert[];
  readonly parse: ParsePromql;
  readonly say: (message: string) => void;
}

function makeAlertTest(making: Making, one: AlertCase): RuleTest {
  const { platform, alert } = making;
  const stepMs = stepMsOf(platform, alert.group);
  const moments = one.fires ? firingMoments(alert, one, stepMs) : silentMoments(making, one, stepMs);
  const assertions = moments.map(({ atMs, expects }): AlertAssertion => {
    const base = { alertname: alert.alert, eval_time: printPromDuration(atMs) };
    if (expects === 'nothing') return base;
    const expected = expects === 'last' ? one.expectedLast : one.expected;
    return { ...base, exp_alerts: expected.map((wanted) => expectAlert(making, one, wanted)) };
  });
  const lastMs = Math.max(...moments.map(({ atMs }) => atMs));
  return { ...feed(making, one, stepMs, lastMs, one.fires ? one.sinceMs : lastMs), alert_rule_test: assertions };
}

interface Moment {
  readonly atMs: number;
  readonly expects: 'nothing' | 'first' | 'last';
}

function firingMoments(alert: Alert, one: AlertCase, stepMs: number): Moment[] {
  const begins = one.sinceMs + waitOf(alert);
  const moments: Moment[] = [];
  if (begins >= stepMs) moments.push({ atMs: begins - stepMs, expects: 'nothing' });
  moments.push({ atMs: begins, expects: 'first' });
  for (const atMs of one.at) moments.push({ atMs, expects: 'first' });
  if (one.untilMs !== null) {
    const ends = one.untilMs + (parsePromDuration(alert.keepFiringFor ?? '') ?? 0);
    if (ends - stepMs > begins) moments.push({ atMs: ends - stepMs, expects: 'last' });
    moments.push({ atMs: ends, expects: 'nothing' });
  }
  return moments;
}

/** Long enough for every window to fill and every duration to pass. */
function silentMoments({ platform, alert, parse }: Making, one: AlertCase, stepMs: number): Moment[] {
  const longest = Math.max(0, ...windowsOf(platform, alert.expr, parse));
  const usual = one.sinceMs + waitOf(alert) + longest + 2 * stepMs;
  const times = one.at.length > 0 ? one.at : [Math.ceil(usual / stepMs) * stepMs];
  return times.map((atMs) => ({ atMs, expects: 'nothing' }));
}

/** Every window that the expression looks through, itself or in what it stands on. */
function windowsOf(platform: Platform, expr: string, parse: ParsePromql): number[] {
  const promql = parse(expr);
  const own = nodesOf(promql, 'NumberDurationLiteralInDurationContext').flatMap(
    (node) => parsePromDuration(textOf(promql, node)) ?? [],
  );
  const read = new Set(findSelectors(promql).map(({ metric }) => metric));
  const recorded = platform.recordings.filter(({ record }) => read.has(record));
  return [...own, ...recorded.flatMap((rule) => windowsOf(platform, rule.expr, parse))];
}

function waitOf(alert: Alert): number {
  return parsePromDuration(alert.for) ?? 0;
}

function expectAlert(
  making: Making,
  one: AlertCase,
  { labels, value, severity }: ExpectedAlert,
): { exp_labels: Labels; exp_annotations: Labels } {
  const { alerts, say } = making;
  const alert = severity === null ? making.alert : alerts.find((other) => other.severity === severity);
  if (alert === undefined) {
    say(`no ${making.alert.alert} has the severity ${severity}`);
    return { exp_labels: {}, exp_annotations: {} };
  }
  const carried = labels ?? inferLabels(making, alert.expr, one.series);
  const all = { ...carried, ...fill(alertLabels(alert), carried, value, say) };
  const annotations = fill(alertAnnotations(alert), { ...carried, ...all }, value, say);
  return { exp_labels: all, exp_annotations: annotations };
}

function fill(texts: Labels, labels: Labels, value: number | null, say: (message: string) => void): Labels {
  return Object.fromEntries(
    Object.entries(texts).map(([name, template]) => {
      const rendered = renderAnnotation(template, { labels, value });
      if (!rendered.ok) say(`${name} ${rendered.problem}`);
      return [name, rendered.ok ? rendered.text : ''];
    }),
  );
}

function inferLabels(
  { platform, parse, say }: Pick<Making, 'platform' | 'parse' | 'say'>,
  expr: string,
  series: SeriesData,
): Labels {
  const first = readSeries(series[0]?.series ?? '');
  const recorded = new Map(platform.recordings.map((rule) => [rule.record, parse(rule.expr)]));
  const labels = first === null ? null : resultLabels(parse(expr), first.labels, recorded);
  if (labels === null) say('its labels cannot be told from the expression: give "labels"');
  return labels ?? {};
}

export function makeRecordingTests(platform: Platform, rule: Recording, parse: ParsePromql): MadeTests {
  const problems: string[] = [];
  const stepMs = stepMsOf(platform, rule.group);
  const tests = rule.cases.map((one): RuleTest => {
    const say = (message: string): void => void problems.push(`${rule.record}, "${one.name}": ${message}`);
    const lastMs = Math.max(...one.moments.map(({ atMs }) => atMs));
    return {
      ...feed({ platform, say }, one, stepMs, lastMs, lastMs),
      promql_expr_test: one.moments.map(({ atMs, expected }) => ({
        // Rounded: windows are extrapolated, and the last digit of that is nobody's promise.
        expr: one.query ?? `round(${rule.record}, 0.000001)`,
        eval_time: printPromDuration(atMs),
        ...(expected.length === 0
          ? {}
          : { exp_samples: expected.map((sample) => printSample({ platform, parse, say }, rule, one, sample)) }),
      })),
    };
  });
  return { tests, problems };
}

function printSample(
  making: Pick<Making, 'platform' | 'parse' | 'say'>,
  rule: Recording,
  one: RecordingCase,
  { labels, value }: ExpectedSample,
): { labels: string; value: number } {
  const carried = { ...(labels ?? inferLabels(making, rule.expr, one.series)), ...rule.labels };
  const inner = Object.entries(carried).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
  return { labels: `{${inner.join(', ')}}`, value };
}

function feed(
  { platform, say }: Pick<Making, 'platform' | 'say'>,
  one: AlertCase | RecordingCase,
  stepMs: number,
  lastMs: number,
  nowMs: number,
): Omit<RuleTest, 'alert_rule_test' | 'promql_expr_test'> {
  const intervalMs = one.intervalMs ?? stepMs;
  const sampling = {
    intervalMs,
    count: Math.floor(lastMs / intervalMs) + 2,
    nowMs,
    metrics: new Map(platform.metrics.map((metric) => [metric.name, metric])),
  };
  const printed = printSeries(one.series, sampling);
  if (typeof printed === 'string') say(printed);
  return {
    name: one.name,
    interval: printPromDuration(intervalMs),
    input_series: typeof printed === 'string' ? [] : printed,
  };
}
