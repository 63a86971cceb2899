// Mistakes after which a dashboard shows nothing, or something else than is meant.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Grafana's variables.

import { defaults, panel, push, set, setExpr, target } from './plant.ts';
import type { Planted } from './planted.ts';

export const MISLEADING: Planted = {
  'a span that is none': [
    (d) => set(d, 'time', { from: 'now-6', to: 'now' }),
    'dashboard/time',
    'opens from "now-6", which is no moment',
  ],
  'a scale of per cent for shares': [
    (d) => set(defaults(d, 'Fill ratio'), 'max', 100),
    'panel/scale Fill ratio',
    'on a scale up to 100',
  ],
  'a threshold of per cent for shares': [
    (d) => set(defaults(d, 'Fill ratio')['thresholds']!['steps']![2]!, 'value', 90),
    'panel/scale Fill ratio',
    'has the threshold 90 for shares from 0 to 1: write 0.9',
  ],
  'a scale that ends where it begins': [
    (d) => Object.assign(defaults(d, 'Fill ratio'), { min: 1, max: 0 }),
    'panel/scale Fill ratio',
    'has a scale from 1 to 0',
  ],
  'a link to a page that is not served': [
    (d) => set(panel(d, 'Memory'), 'links', [{ title: 'Runbook', url: 'runbooks/orders.md#memory' }]),
    'dashboard/link',
    'which Grafana does not serve',
  ],
  'a link to nowhere': [
    (d) => set(d, 'links', [{ title: 'Wiki', type: 'link', url: '' }]),
    'dashboard/link',
    'leads nowhere',
  ],
  'an alert inside the panel': [
    (d) => set(panel(d, 'Open orders'), 'alert', { name: 'many' }),
    'panel/alert Open orders',
    'which Grafana 11 no longer evaluates',
  ],
  'only hidden queries': [
    (d) => set(target(d, 'Memory'), 'hide', true),
    'panel/query Memory',
    'hides all of its queries',
  ],
  'a sum with a query that is not there': [
    (d) =>
      push(panel(d, 'Memory')['targets']!, {
        ...{ refId: 'B', type: 'math', expression: '$A / $C' },
        datasource: { type: '__expr__', uid: '__expr__' },
      }),
    'query/expression Memory',
    'computes with the query C',
  ],
  'a rate over $__interval': [
    (d) => setExpr(d, 'Orders a second', 'sum by (venue) (rate(orders_total{venue=~"$venue"}[$__interval]))'),
    'query/interval Orders a second',
    'use $__rate_interval',
  ],
  'a line of one instant': [
    (d) => set(target(d, 'Open orders'), 'instant', true),
    'query/instant Open orders',
    'draws a line of one instant',
  ],
  'two vectors with nothing to join them by': [
    (d) => setExpr(d, 'Open orders', 'sum by (venue) (open_orders{venue=~"$venue"}) / sum(resident_bytes)'),
    'query/match Open orders',
    'which has the label venue',
  ],
  'a pattern behind =': [
    (d) => setExpr(d, 'Open orders', 'sum by (venue) (open_orders{venue="bin.*"})'),
    'query/pattern Open orders',
    'a pattern needs =~',
  ],
  'a mean of percentiles': [
    (d) =>
      setExpr(
        d,
        'Order time',
        'avg(histogram_quantile(0.9, sum by (le, venue) (rate(order_seconds_bucket[5m]))))',
        'all',
      ),
    'query/percentile Order time',
    'takes the avg of percentiles',
  ],
  'a rate of a sum': [
    (d) => setExpr(d, 'Orders a second', 'rate(sum by (venue) (orders_total{venue=~"$venue"})[5m:])'),
    'query/rate-of-sum Orders a second',
    'takes rate() of a sum',
  ],
  'a share beside per cent': [
    (d) => setExpr(d, 'Fill ratio', 'min(fill_ratio) > 100 * min(fill_ratio)'),
    'query/units Fill ratio',
    'puts a ratio from 0 to 1 beside per cent',
  ],
  'a datasource of another kind': [
    (d) => set(panel(d, 'Memory')['datasource']!, 'type', 'loki'),
    'dashboard/datasource Memory',
    'asks loki of "${datasource}", which chooses a prometheus',
  ],
  'a variable that asks by itself': [
    (d) => set(d['templating']!['list']![1]!['query']!, 'query', 'label_values(open_orders{venue=~"$venue"}, venue)'),
    'variable/query',
    'asks by its own value',
  ],
};
