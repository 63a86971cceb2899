// A platform's alerts as Grafana-managed rules: the same expressions, durations, labels and words.

import { sha256 } from '../../base/digest.ts';
import { isRecord } from '../../base/json.ts';
import { renderYaml } from '../../base/yaml.ts';
import { parsePromDuration, printPromDuration } from '../rules/prom-duration.ts';
import { alertAnnotations, alertLabels } from './alert-words.ts';
import { type GeneratedFile, headLine } from './generated-file.ts';
import { stepMsOf } from './make-tests.ts';
import type { Alert, Labels, Platform } from './platform.ts';

/** What provisioned dashboards call it too. */
const DATASOURCE = 'prometheus';
const EXPRESSIONS = '__expr__';
// Grafana's scheduler ticks every ten seconds and refuses other intervals.
const TICK_MS = 10_000;
const LONGEST_UID = 40;

export async function renderGrafanaAlerts(platform: Platform, folder: string): Promise<GeneratedFile | null> {
  if (platform.alerts.length === 0) return null;
  const groups = new Map<string, { orgId: number; name: string; folder: string; interval: string; rules: unknown[] }>();
  for (const [index, alert] of platform.alerts.entries()) {
    const place = folderOf(platform, alert, index);
    const key = `${place}\n${alert.group}`;
    const group = groups.get(key) ?? {
      orgId: 1,
      name: alert.group,
      folder: place,
      interval: intervalOf(platform, alert.group),
      rules: [],
    };
    group.rules.push(ruleDocument(platform, alert));
    groups.set(key, group);
  }
  const value = escapeDollars({ apiVersion: 1, groups: [...groups.values()] });
  return {
    path: `${folder}/grafana/provisioning/alerting/rules.yml`,
    text: `${headLine(`${folder}/catalogue.yml`)}${await renderYaml(value)}`,
  };
}

/** Provisioning files are searched for environment variables: a dollar of ours is written twice. */
function escapeDollars(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (Array.isArray(value)) return value.map(escapeDollars);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, escapeDollars(inner)]));
}

/** A title is unique in its folder and becomes `alertname`: of alerts that share a name the later ones lie elsewhere. */
function folderOf(platform: Platform, { alert, severity }: Alert, index: number): string {
  const isFirst = platform.alerts.findIndex((other) => other.alert === alert) === index;
  return isFirst ? platform.title : `${platform.title} (${severity})`;
}

function intervalOf(platform: Platform, group: string): string {
  return printPromDuration(Math.ceil(stepMsOf(platform, group) / TICK_MS) * TICK_MS);
}

/**
 * Prometheus fires for every series a query answers, whatever its value; Grafana for every value that is not 0. The
 * expression in between makes the one of the other, as Grafana's own import of Prometheus rules does.
 */
function ruleDocument(platform: Platform, alert: Alert): Record<string, unknown> {
  return {
    uid: uidOf(platform, alert),
    title: alert.alert,
    condition: 'threshold',
    data: [
      {
        refId: 'query',
        relativeTimeRange: { from: 600, to: 0 },
        datasourceUid: DATASOURCE,
        model: { refId: 'query', expr: alert.expr, instant: true, range: false },
      },
      expression('answered', {
        type: 'math',
        expression: 'is_number($query) || is_nan($query) || is_inf($query)',
      }),
      expression('threshold', {
        type: 'threshold',
        expression: 'answered',
        conditions: [{ evaluator: { type: 'gt', params: [0] } }],
      }),
    ],
    // No series is the usual answer of an alert that does not fire.
    noDataState: 'OK',
    execErrState: 'Error',
    for: printPromDuration(parsePromDuration(alert.for) ?? 0),
    ...(alert.keepFiringFor === null ? {} : { keepFiringFor: alert.keepFiringFor }),
    annotations: translate(alertAnnotations(alert)),
    labels: translate(alertLabels(alert)),
  };
}

function expression(refId: string, model: Record<string, unknown>): Record<string, unknown> {
  return {
    refId,
    relativeTimeRange: { from: 0, to: 0 },
    datasourceUid: EXPRESSIONS,
    model: { refId, datasource: { type: EXPRESSIONS, uid: EXPRESSIONS }, ...model },
  };
}

/** In Grafana's templates `$value` is a text about every value; the number is this. */
function translate(texts: Labels): Labels {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, text.replace(/\$value\b/g, '$values.query.Value')]),
  );
}

/** The same for ever, so that Grafana updates a rule instead of making another. */
function uidOf({ name }: Platform, { alert, severity }: Alert): string {
  const whole = `${name}-${alert}-${severity}`.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  if (whole.length <= LONGEST_UID) return whole;
  return `${whole.slice(0, LONGEST_UID - 9)}-${sha256(whole).slice(0, 8)}`;
}
