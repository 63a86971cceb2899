// Mistakes in a dashboard, each with the check that finds it and the panel it is found in.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Grafana's variables.

import { defaults, grid, type Loose, panel, push, set, setExpr, target } from './plant.ts';

/** The mistake → how it is planted, where it is found, and words of what is said. */
export type Planted = Record<string, readonly [plant: (dashboard: Loose) => void, found: string, words: string]>;

export const PLANTED: Planted = {
  'a typo in a metric': [
    (d) => setExpr(d, 'Open orders', 'sum by (venue) (open_order{venue=~"$venue"})'),
    'query/source Open orders',
    'reads open_order, which nothing emits: did you mean open_orders?',
  ],
  'a query that is no PromQL': [
    (d) => setExpr(d, 'Open orders', 'sum by (venue) (open_orders{venue=~"$venue"}'),
    'query/syntax Open orders',
    'is not PromQL at its end',
  ],
  'a wrong label in a matcher': [
    (d) => setExpr(d, 'Open orders', 'sum by (venue) (open_orders{venu=~"$venue"})'),
    'query/label Open orders',
    'matches open_orders by venu, a label it does not have: did you mean venue?',
  ],
  'a wrong label in by()': [
    (d) =>
      setExpr(d, 'Orders a second', 'sum by (venue, sides) (rate(orders_total{venue=~"$venue"}[$__rate_interval]))'),
    'query/label Orders a second',
    'groups by sides, a label that is not there: did you mean side?',
  ],
  'a legend of a label that was aggregated away': [
    (d) => set(target(d, 'Open orders'), 'legendFormat', '{{venue}} {{side}}'),
    'query/legend Open orders',
    'shows {{side}} in its legend',
  ],
  'a counter without a rate': [
    (d) => setExpr(d, 'Open orders', 'sum by (venue) (orders_total{venue=~"$venue"})'),
    'query/counter Open orders',
    'reads the counter orders_total without rate() or increase()',
  ],
  'a rate of a gauge': [
    (d) => setExpr(d, 'Open orders', 'sum by (venue) (increase(open_orders{venue=~"$venue"}[5m]))'),
    'query/gauge Open orders',
    'applies increase() to the gauge open_orders',
  ],
  'a rate of an instant': [
    (d) => setExpr(d, 'Orders a second', 'sum by (venue) (rate(orders_total{venue=~"$venue"}))'),
    'query/range Orders a second',
    'rate() wants a range',
  ],
  'a window shorter than two scrapes': [
    (d) => setExpr(d, 'Orders a second', 'sum by (venue) (rate(orders_total{venue=~"$venue"}[30s]))'),
    'query/range Orders a second',
    'looks back 30s, but orders_total is scraped every 30s, and a rate needs two samples',
  ],
  'a value that a label never has': [
    (d) => setExpr(d, 'Orders a second', 'sum by (venue) (rate(orders_total{side="bye"}[$__rate_interval]))'),
    'query/value Orders a second',
    'matches side="bye", a value that side of orders_total never has: did you mean buy?',
  ],
  'a pattern that no value of a label matches': [
    (d) => setExpr(d, 'Orders a second', 'sum by (venue) (rate(orders_total{side=~"b|s"}[$__rate_interval]))'),
    'query/value Orders a second',
    'matches side=~"b|s"',
  ],
  'a quantile without le': [
    (d) => setExpr(d, 'Order time', 'histogram_quantile(0.99, sum by (venue) (rate(order_seconds_bucket[5m])))'),
    'query/quantile Order time',
    'add le to by (…)',
  ],
  'a quantile of 99': [
    (d) => setExpr(d, 'Order time', 'histogram_quantile(99, sum by (le, venue) (rate(order_seconds_bucket[5m])))'),
    'query/quantile Order time',
    'asks for the quantile 99',
  ],
  'a table over time': [(d) => set(target(d, 'Now'), 'instant', false), 'query/table Now', 'make the query instant'],
  'a heatmap without buckets': [
    (d) => setExpr(d, 'Order times', 'sum by (venue) (rate(order_seconds_bucket[5m]))', '{{venue}}'),
    'query/heatmap Order times',
    'the result carries no le',
  ],
  'a heatmap in the format of a graph': [
    (d) => set(target(d, 'Order times'), 'format', 'time_series'),
    'query/heatmap Order times',
    'the format must be heatmap',
  ],
  'logs of no stream': [(d) => setExpr(d, 'Logs', '{} |= "error"'), 'query/logs Logs', 'selects no stream'],
  'two queries of one name': [
    (d) => set(panel(d, 'Now')['targets']![1]!, 'refId', 'A'),
    'query/ref Now',
    'has two queries called A',
  ],
  'a missing unit': [(d) => set(defaults(d, 'Open orders'), 'unit', ''), 'panel/unit Open orders', 'has no unit'],
  'seconds shown as milliseconds': [
    (d) => set(defaults(d, 'Order time'), 'unit', 'ms'),
    'panel/unit-meaning Order time',
    'shows "ms", but the query gives seconds: use "s"',
  ],
  'a ratio shown as percent': [
    (d) => set(defaults(d, 'Fill ratio'), 'unit', 'percent'),
    'panel/unit-meaning Fill ratio',
    'shows "percent", but the query gives a ratio from 0 to 1: use "percentunit"',
  ],
  'bytes shown as a plain number': [
    (d) => set(defaults(d, 'Memory'), 'unit', 'short'),
    'panel/unit-meaning Memory',
    'shows "short", but the query gives bytes',
  ],
  'a missing title': [(d) => set(panel(d, 'Memory'), 'title', ' '), 'panel/title panel 6', 'has no title'],
  'a missing description': [
    (d) => set(panel(d, 'Memory'), 'description', undefined),
    'panel/description Memory',
    'has no description',
  ],
  'two panels of one title': [
    (d) => set(panel(d, 'Memory'), 'title', 'Order time'),
    'panel/same-title Order time',
    'has the title of panels[2]',
  ],
  'two panels of one id': [
    (d) => set(panel(d, 'Memory'), 'id', 2),
    'panel/id Memory',
    'has the id 2 of panels[1] ("Open orders")',
  ],
  'panels that overlap': [
    (d) => set(panel(d, 'Memory')['gridPos']!, 'x', 2),
    'panel/overlap Memory',
    'overlaps "Fill ratio"',
  ],
  'a panel beyond the edge': [
    (d) => set(panel(d, 'Now')['gridPos']!, 'w', 13),
    'panel/grid Now',
    'reaches from column 12 to 25 of 24',
  ],
  'a panel without a query': [(d) => set(panel(d, 'Memory'), 'targets', []), 'panel/query Memory', 'asks nothing'],
  'a query without an expression': [
    (d) => setExpr(d, 'Memory', ' '),
    'panel/query Memory',
    'has a query without an expression',
  ],
  'thresholds out of order': [
    (d) => set(defaults(d, 'Fill ratio')['thresholds']!['steps']![2]!, 'value', 0.5),
    'panel/thresholds Fill ratio',
    'has the threshold 0.5 after 0.9',
  ],
  'a removed kind of panel': [
    (d) => set(panel(d, 'Open orders'), 'type', 'graph'),
    'panel/type Open orders',
    'is of the type graph, which Grafana 12 no longer has: use timeseries',
  ],
  'the table of old': [(d) => set(panel(d, 'Now'), 'styles', []), 'panel/type Now', 'is the old table'],
  'a row repeated for nothing': [
    (d) => set(d['panels']![7]!, 'repeat', 'host'),
    'variable/undefined',
    'is repeated for the variable host',
  ],
  'a mistyped kind of panel': [
    (d) => set(panel(d, 'Open orders'), 'type', 'timeserie'),
    'panel/type Open orders',
    'did you mean timeseries?',
  ],
  'an empty row': [
    (d) => push(d['panels']!, { type: 'row', title: 'Later', id: 99, panels: [], gridPos: grid(0, 60, 24, 1) }),
    'row/empty',
    'the row "Later" has no panels',
  ],
  'a hard-coded datasource': [
    (d) => set(panel(d, 'Memory')['datasource']!, 'uid', 'P1809F7CD0C75ACF3'),
    'dashboard/datasource Memory',
    'names the datasource "P1809F7CD0C75ACF3": use a variable',
  ],
  'a datasource by name, as it once was': [
    (d) => set(panel(d, 'Memory'), 'datasource', 'Prometheus Prod'),
    'dashboard/datasource Memory',
    'names the datasource "Prometheus Prod"',
  ],
  'a refresh faster than the scrape': [(d) => set(d, 'refresh', '5s'), 'dashboard/refresh', 'refreshes every 5s'],
  'a dashboard that says nothing of itself': [
    (d) => set(d, 'description', ''),
    'dashboard/words',
    'has no description',
  ],
  'an old schema': [(d) => set(d, 'schemaVersion', 14), 'dashboard/schema', 'is of an old schema (14)'],
  'a field of the wrong kind': [(d) => set(d, 'tags', 'ops'), 'json/field', 'is a text: wanted a list'],
  'an id past all numbers': [
    (d) => set(panel(d, 'Memory'), 'id', 'HUGE'),
    'json/field',
    'is a number too large: wanted a finite number',
  ],
  'a dead variable': [
    (d) => push(d['templating']!['list']!, { name: 'side', type: 'custom', query: 'buy,sell' }),
    'variable/unused',
    'the variable side is used by nothing',
  ],
  'a variable that is not declared': [
    (d) => setExpr(d, 'Memory', 'resident_bytes{service="$servise"}'),
    'variable/undefined Memory',
    'uses the variable servise, which is not declared',
  ],
  'a variable in the old brackets that is not declared': [
    (d) => set(panel(d, 'Memory'), 'title', 'Memory of [[host]]'),
    'variable/undefined Memory of [[host]]',
    'uses the variable host',
  ],
  'a variable declared twice': [
    (d) => push(d['templating']!['list']!, d['templating']!['list']![1]!),
    'variable/same-name',
    'the variable venue is declared twice',
  ],
  'many values matched by =': [
    (d) => setExpr(d, 'Open orders', 'sum by (venue) (open_orders{venue="$venue"})'),
    'variable/many Open orders',
    'matches venue="$venue", but venue may hold several values: use =~',
  ],
  'a variable of a label that its metric lacks': [
    (d) => set(d['templating']!['list']![1]!['query']!, 'query', 'label_values(open_orders, exchange)'),
    'variable/query',
    'asks for values of exchange, a label that open_orders does not have',
  ],
};
