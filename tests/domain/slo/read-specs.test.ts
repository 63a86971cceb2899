// Objectives as people write them: the template, our own forms, sloth's; and the mistakes in them.

import { expect, test } from 'vitest';
import { compileSlo } from '../../../lib/domain/slo/compile.ts';
import { makeTests } from '../../../lib/domain/slo/make-tests.ts';
import { parseRational } from '../../../lib/domain/slo/rational.ts';
import { readSloFile } from '../../../lib/domain/slo/read-specs.ts';
import type { Slo } from '../../../lib/domain/slo/slo.ts';

async function readOne(text: string): Promise<Slo> {
  const { slos, problems } = await readSloFile('slo.yml', text);
  expect(problems).toEqual([]);
  return slos[0]!;
}

function expressions(slo: Slo): Record<string, string> {
  const rules = compileSlo(slo).flatMap((group) => group.rules);
  return Object.fromEntries(rules.map((rule) => ['alert' in rule ? rule.alert : rule.record, rule.expr]));
}

const TEMPLATE = `
slo:
  name: gateway-availability
  objective: 99.0
  window: 30d
  indicator: (1 - (5xx_requests / total_requests))
  events:
    5xx_requests: gateway_http_requests_total{status=~"5.."}
    total_requests: gateway_http_requests_total
`;

test('the template, with names for its events', async () => {
  const slo = await readOne(TEMPLATE);
  expect(slo).toMatchObject({
    name: 'gateway-availability',
    service: 'gateway',
    alertName: 'ALERT_GATEWAY_AVAILABILITY',
  });
  const own = '{slo="gateway-availability", service="gateway"}';
  expect(expressions(slo)).toMatchObject({
    'slo:sli_error:ratio_rate1h':
      '((sum(rate(gateway_http_requests_total{status=~"5.."}[1h]))) or 0 * (sum(rate(gateway_http_requests_total[1h])))) / ((sum(rate(gateway_http_requests_total[1h]))) > 0)',
    'slo:objective:ratio': 'vector(0.99)',
    'slo:error_budget:ratio': 'vector(0.01)',
    ALERT_GATEWAY_AVAILABILITY_BURN_1H: `slo:sli_error:ratio_rate5m${own} > 0.144 and slo:sli_error:ratio_rate1h${own} > 0.144`,
    ALERT_GATEWAY_AVAILABILITY_BURN_3D: `slo:sli_error:ratio_rate6h${own} > 0.01 and slo:sli_error:ratio_rate3d${own} > 0.01`,
    ALERT_GATEWAY_AVAILABILITY_NO_DATA: `absent(slo:sli_total:rate5m${own})`,
  });
  expect(slo.indicator).toMatchObject({
    samples: [
      { series: 'gateway_http_requests_total{status="500"}', counts: 'bad' },
      { series: 'gateway_http_requests_total{status="200"}', counts: 'good' },
    ],
  });
  expect(makeTests(slo)).toHaveLength(4);
});

test('the template without them says what is wrong', async () => {
  const { problems } = await readSloFile('slo.yml', TEMPLATE.replace(/ {2}events:[\s\S]*/, ''));
  expect(problems).toEqual([
    'gateway-availability: "5xx_requests" begins with a digit and is no metric: say under events what it stands for',
  ]);
});

test('a latency objective counts what was slower than a bucket', async () => {
  const slo = await readOne(`
service: valuation
slos:
  - name: warm-p95
    objective: 95
    indicator: { histogram: http_request_duration_seconds, labels: 'endpoint="/valuation"', at_most: 1.2 }
  - name: alert-median
    objective: 50
    indicator: { histogram: alert_delivery_duration_seconds, at_most: 60 }
`);
  expect(slo.indicator).toMatchObject({
    bad: 'sum(rate(http_request_duration_seconds_count{endpoint="/valuation"}[{{.window}}])) - sum(rate(http_request_duration_seconds_bucket{endpoint="/valuation", le="1.2"}[{{.window}}]))',
  });
});

test("good over total, with queries of one's own and a guard for low traffic", async () => {
  const slo = await readOne(`
slos:
  - name: ticks
    objective: 99.9
    indicator: sum(rate(good_total[$window])) / sum(rate(all_total[$window]))
    least_bad_events: 10
`);
  const found = expressions(slo);
  expect(found['ALERT_TICKS_BURN_6H']).toBe(
    'slo:sli_error:ratio_rate30m{slo="ticks", service="ticks"} > 0.006 and slo:sli_error:ratio_rate6h{slo="ticks", service="ticks"} > 0.006 and slo:sli_bad:rate6h{slo="ticks", service="ticks"} * 21600 >= 10',
  );
  expect(Object.keys(found)).toContain('slo:sli_bad:rate6h');
  expect(makeTests(slo)).toBe(null);
});

test("sloth's prometheus/v1, with labels, annotations and an alert that is off", async () => {
  const slo = await readOne(`
version: prometheus/v1
service: web
labels: { owner: team-a }
slos:
  - name: requests-availability
    objective: 99.95
    labels: { tier: "1" }
    sli:
      events:
        error_query: sum(rate(http_requests_total{job="web",code=~"(5..|429)"}[{{.window}}]))
        total_query: sum(rate(http_requests_total{job="web"}[{{ .window }}]))
    alerting:
      name: WebErrors
      annotations: { runbook: "https://example.org/rb" }
      page_alert: { labels: { route: night } }
      ticket_alert: { disable: true }
`);
  const alerts = compileSlo(slo).flatMap(({ rules }) => rules.filter((rule) => 'alert' in rule));
  expect(alerts.map(({ alert }) => alert)).toEqual(['WebErrors_BURN_1H', 'WebErrors_BURN_6H', 'WebErrors_NO_DATA']);
  expect(alerts[0]).toMatchObject({
    labels: { severity: 'critical', owner: 'team-a', tier: '1', route: 'night', slo: 'requests-availability' },
    annotations: { runbook: 'https://example.org/rb' },
  });
  expect(makeTests(slo)).toHaveLength(2);
});

test('a raw ratio of sloth is recorded as it is', async () => {
  const slo = await readOne(`
version: prometheus/v1
service: web
slos:
  - name: raw
    objective: 99
    sli: { raw: { error_ratio_query: 'sum(rate(a[{{.window}}])) / sum(rate(b[{{.window}}]))' } }
`);
  expect(expressions(slo)).toMatchObject({
    'slo:sli_error:ratio_rate2h': 'sum(rate(a[2h])) / sum(rate(b[2h]))',
    'slo:sli_error:ratio_rate30d': 'avg_over_time((slo:sli_error:ratio_rate5m{slo="raw", service="web"} >= 0)[30d:5m])',
  });
});

test('an objective keeps every digit, as a number too', async () => {
  for (const written of ['99.98765432109876', '"99.98765432109876"', '99.9990000000000005']) {
    const slo = await readOne(`slos: [{ name: a, objective: ${written}, indicator: g_total / t_total }]`);
    expect(slo.objectivePercent).toEqual(parseRational(written.replaceAll('"', '')));
  }
});

const MISTAKES: Record<string, [string, RegExp]> = {
  'an objective of 100': ['slo: { name: a, objective: 100, indicator: g / t }', /not a percentage between 0 and 100/],
  'a window of no duration': [
    'slo: { name: a, objective: 99, window: soon, indicator: g / t }',
    /window "soon" is not a duration/,
  ],
  'an indicator without a slash': [
    'slo: { name: a, objective: 99, indicator: up }',
    /neither \(1 - \(bad \/ total\)\) nor good/,
  ],
  'two slashes': ['slo: { name: a, objective: 99, indicator: a / b / c }', /neither/],
  'a query without its window': [
    'version: prometheus/v1\nservice: s\nslos: [{ name: a, objective: 99, sli: { events: { error_query: a, total_query: b } } }]',
    /the query of bad events has no \{\{\.window\}\}/,
  ],
  'one name twice': [
    'slos: [{ name: a, objective: 99, indicator: g / t }, { name: a, objective: 99, indicator: g / t }]',
    /a\/a is there twice/,
  ],
  'nothing at all': ['{}', /neither "slo" nor a list/],
};

test.each(Object.keys(MISTAKES))('%s is named', async (name) => {
  const [text, said] = MISTAKES[name]!;
  expect((await readSloFile('slo.yml', text)).problems.join('\n')).toMatch(said);
});
