// Mistakes planted in rules and catalogues: each is found and named; the clean files have no finding.

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { compilePlatform } from '../../../lib/domain/platform/compile.ts';
import { checkConventions } from '../../../lib/domain/platform/conventions.ts';
import { type PlatformReading, readPlatform } from '../../../lib/domain/platform/read-platform.ts';
import { CHECKS, checkRules } from '../../../lib/domain/rules/check-rules.ts';
import { loadPromql, type ParsePromql } from '../../../lib/domain/rules/promql.ts';
import { readRuleFile } from '../../../lib/domain/rules/read-rules.ts';
import { readRouting } from '../../../lib/domain/rules/routes/routing.ts';
import { readScrapeConfig } from '../../../lib/domain/rules/scrape-config.ts';
import { readHeadings } from '../../../lib/domain/runbooks/headings.ts';

const FOLDER = 'config/platforms/ai-trading-core';
const CATALOGUE = readFileSync(`${FOLDER}/catalogue.yml`, 'utf8');
const PAGE = 'runbooks/platforms/ai-trading-core.md';
let parse: ParsePromql;
let rulesText = '';
let routesText = '';
let scrapeText = '';

beforeAll(async () => {
  parse = await loadPromql();
  clean = await readPlatform('catalogue.yml', CATALOGUE);
  const { files, problems } = await compilePlatform({ folder: FOLDER, catalogue: CATALOGUE, slos: null });
  expect(problems).toEqual([]);
  const textOf = (name: string): string => files!.find(({ path }) => path === `${FOLDER}/${name}`)!.text;
  rulesText = textOf('rules/live-feed.yml');
  routesText = textOf('alertmanager.yml');
  scrapeText = textOf('prometheus.yml');
});

type Change = readonly [from: string | RegExp, to: string];

function plant(text: string, [from, to]: Change): string {
  const planted = text.replace(from, to);
  expect(planted, `"${String(from)}" is in the file`).not.toBe(text);
  return planted;
}

let clean: PlatformReading;

async function check(rules: string, catalogue = CATALOGUE): Promise<string[]> {
  const { platform, mistakes } = catalogue === CATALOGUE ? clean : await readPlatform('catalogue.yml', catalogue);
  const read = await readRuleFile('rules.yml', rules);
  const { jobs } = await readScrapeConfig(scrapeText);
  const inputs = {
    catalogues: [platform.catalogue],
    jobs: new Set(jobs.map(({ name }) => name)),
    targetLabels: new Set(jobs.flatMap(({ labels }) => labels)),
    shortestScrapeMs: 5_000,
    evaluationMs: 15_000,
    routing: await readRouting('alertmanager.yml', routesText),
    headings: new Map([[PAGE, new Set(readHeadings(readFileSync(PAGE, 'utf8')).map(({ anchor }) => anchor))]]),
  };
  const findings = [
    ...read.problems,
    ...checkRules(read.rules, inputs, parse),
    ...checkConventions(platform, read.rules, parse),
  ];
  return [
    ...mistakes.map(({ message }) => `catalogue: ${message}`),
    ...findings.map(({ check: name, rule, message }) => `${name} ${rule}: ${message}`),
  ];
}

/** The expression of an alert that reads no recorded series. */
const QUEUE = 'venue:feed_queue_depth:max5m > 1000';

const IN_RULES: Record<string, readonly [change: Change, found: string]> = {
  'a typo in a metric': [[QUEUE, 'feed_queue_dept > 1000'], 'did you mean feed_queue_depth?'],
  'a typo in a recorded series': [[QUEUE, 'venue:feed_queue_depth:max5 > 1000'], 'which nothing emits'],
  'a label the metric does not have': [[QUEUE, 'feed_queue_depth{symbol="x"} > 1000'], 'promql/label QueueDepthHigh'],
  'a typo in a label': [[QUEUE, 'feed_queue_depth{venu="x"} > 1000'], 'did you mean venue?'],
  'a counter without a rate': [[QUEUE, 'feed_bars_total > 1000'], 'promql/counter QueueDepthHigh'],
  'a counter above 0 for ever': [[QUEUE, 'feed_reconnects_total > 0'], 'promql/counter QueueDepthHigh'],
  'a rate of a gauge': [[QUEUE, 'rate(feed_queue_depth[5m]) > 1000'], 'applies rate() to the gauge feed_queue_depth'],
  'an increase of a gauge': [[QUEUE, 'increase(feed_queue_depth[5m]) > 1'], 'applies increase() to the gauge'],
  'no condition': [[QUEUE, 'feed_queue_depth'], 'alert/comparison QueueDepthHigh'],
  'a condition that answers 0 and 1': [[QUEUE, 'feed_queue_depth > bool 1000'], 'alert/comparison QueueDepthHigh'],
  'a bracket too few': [[QUEUE, 'max(feed_queue_depth > 1000'], 'promql/syntax QueueDepthHigh'],
  '"or" where "on" was meant': [
    [QUEUE, 'feed_queue_depth > 1000 and or (venue) feed_queue_depth > 2'],
    'promql/syntax QueueDepthHigh',
  ],
  'a division by what may be 0': [[QUEUE, 'feed_queue_depth / feed_bar_close_lag_ms > 3'], 'promql/division'],
  'a quantile without bounds': [
    [QUEUE, 'histogram_quantile(0.9, sum by (venue) (rate(feed_transport_latency_ms_bucket[5m]))) > 1'],
    'has lost the bounds',
  ],
  'a quantile of no bucket': [
    [QUEUE, 'histogram_quantile(0.9, sum by (le) (rate(feed_transport_latency_ms_count[5m]))) > 1'],
    'which is no bucket',
  ],
  'a quantile since the start of the process': [
    [QUEUE, 'histogram_quantile(0.9, sum by (le) (feed_transport_latency_ms_bucket)) > 1'],
    'promql/counter QueueDepthHigh',
  ],
  'a quantile of every instance by itself': [
    [QUEUE, 'histogram_quantile(0.9, rate(feed_transport_latency_ms_bucket[5m])) > 1'],
    'of every instance by itself',
  ],
  'a burn rate of a quantile and its own past': [
    [
      QUEUE,
      'histogram_quantile(0.9, sum by (le) (rate(feed_transport_latency_ms_bucket[5m]))) / (histogram_quantile(0.9, sum by (le) (rate(feed_transport_latency_ms_bucket[5m] offset 5m))) > 0) > 4',
    ],
    'promql/past QueueDepthHigh',
  ],
  'a part divided by its whole, series by series': [
    [QUEUE, 'rate(feed_bars_total{symbol="a"}[5m]) / (rate(feed_bars_total[5m]) > 0) > 0.5'],
    'only those of the same symbol match',
  ],
  'the time of day in another zone': [
    [QUEUE, 'time() % 86400 > 900 and feed_queue_depth == 0'],
    'promql/zone QueueDepthHigh',
  ],
  'a window shorter than two scrapes': [[QUEUE, 'rate(feed_bars_total[5s]) > 1'], 'promql/window QueueDepthHigh'],
  'a grouping by a label that is not there': [
    [QUEUE, 'max by (exchange) (feed_queue_depth) > 1000'],
    'groups by exchange, a label that nothing inside has',
  ],
  'a label of too many values': [[QUEUE, 'max by (order_id) (feed_queue_depth) > 1'], 'rule/label QueueDepthHigh'],
  'no duration': [[/\n {8}for: 1m(?=[^$]*summary: Messages of)/, ''], 'alert/for'],
  'a duration that is none': [['for: 5m', 'for: soon'], 'is no duration'],
  'at once, without a reason': [
    ['for: 0m # the five minute window is the duration', 'for: 0m'],
    'fires at once without a reason',
  ],
  'no severity': [['severity: warning', 'team: feed'], 'alert/severity HighBarCloseLag'],
  'an unknown severity': [['severity: warning', 'severity: warn'], 'severity "warn" is unknown'],
  'a label nobody reads': [
    ['severity: warning', 'severity: warning\n          team: feed'],
    'alert/route HighBarCloseLag',
  ],
  'a page that is not there': [[`${PAGE}#queuedepthhigh`, 'runbooks/gone.md'], 'links to runbooks/gone.md'],
  'a heading that is not there': [['#queuedepthhigh', '#queuedepth'], 'links to #queuedepth'],
  'no runbook': [[/\n {10}runbook_url: .*queuedepthhigh/, ''], 'has no runbook_url'],
  'no words': [
    [/description: "?'?\{\{ \$labels.venue \}\}: up to.*(\n {12}.*)*/, 'description: ""'],
    'has no description',
  ],
  'words without the value': [[/up to \{\{[^}]*\}\} messages/, 'many messages'], 'does not show the value'],
  'words that show a label which is not there': [
    ['Messages of {{ $labels.venue }} pile up', 'Messages of {{ $labels.exchange }} pile up'],
    'alert/template',
  ],
  'no command': [[/\n {10}command: mdops stack verify(?![\s\S]*command)/, ''], 'has no command'],
  'two vectors with nothing to join them by': [
    [QUEUE, 'feed_queue_depth > 1000 and feed_bar_close_lag_ms > 3'],
    'which has the label symbol, with "feed_queue_depth > 1000", which has not',
  ],
  'a label in on() that one side lacks': [
    [QUEUE, 'feed_queue_depth > 1000 and on (symbol) feed_bar_close_lag_ms > 3'],
    'promql/match QueueDepthHigh',
  ],
  'the hour of the day without on()': [
    [QUEUE, 'feed_queue_depth > 1000 and hour() > 8'],
    'promql/match QueueDepthHigh',
  ],
  'a pattern behind =': [[QUEUE, 'feed_queue_depth{venue="bin.*"} > 1000'], 'a pattern needs =~'],
  'a mean of percentiles': [
    [QUEUE, 'avg(venue:feed_transport_latency_ms:p99_5m) > 500'],
    'takes the avg of percentiles',
  ],
  'a rate of a sum': [[QUEUE, 'rate(sum by (venue) (feed_bars_total)[5m:]) > 1'], 'promql/rate-of-sum QueueDepthHigh'],
  'a quantile of 99': [
    [QUEUE, 'histogram_quantile(99, sum by (le) (rate(feed_transport_latency_ms_bucket[5m]))) > 1'],
    'asks for the quantile 99',
  ],
  'milliseconds beside seconds': [
    [QUEUE, 'feed_bar_close_lag_ms > on (job) group_left () scrape_duration_seconds'],
    'puts milliseconds beside seconds',
  ],
  'a share compared with per cent': [[QUEUE, 'venue:feed_queue_use:ratio > 80'], 'write 0.8 for 80 %'],
  'a count of none': [[QUEUE, 'count(feed_queue_depth) == 0'], 'waits for a count below 1'],
  'a rate below 0': [[QUEUE, 'rate(feed_bars_total[5m]) < 0'], 'promql/never QueueDepthHigh'],
  'a range that is empty': [[QUEUE, 'feed_queue_depth > 1000 and (feed_queue_depth < 10)'], 'of the same'],
  'two windows in one ratio': [
    [QUEUE, 'sum(rate(feed_reconnects_total[5m])) / (sum(rate(feed_bars_total[10m])) > 0) > 1'],
    'divides rate() over 5m by rate() over 10m',
  ],
  'words that show a label which was summed away': [
    [QUEUE, 'sum(feed_queue_depth) > 1000'],
    'alert/template QueueDepthHigh: shows {{ $labels.venue }}',
  ],
  'a recording of another window than its name says': [
    ['sum(rate(feed_bars_total[1m]))', 'sum(rate(feed_bars_total[5m]))'],
    'says 1m in its name and looks back 5m',
  ],
  'an exact increase': [[QUEUE, 'sum(increase(feed_bars_total[5m])) == 3'], 'promql/equal QueueDepthHigh'],
  'an absence told at once': [['floor(venue:feed_reconnects:increase5m) > 3', 'absent(feed_bars_total)'], 'wait 10s'],
  'the value in a label': [
    ['severity: warning', 'severity: warning\n          depth: "{{ $value }}"'],
    'alert/label-value HighBarCloseLag',
  ],
  'a recording under the name of a metric': [
    ['record: feed_bars:rate1m', 'record: feed_bars_total'],
    'rule/shadow feed_bars_total',
  ],
  'events between two evaluations': [[QUEUE, 'increase(feed_bars_total[10s]) > 1'], 'looks back 10s every 15s'],
  'an alert that is there twice': [['alert: GlobalHighBarCloseLag', 'alert: NoBarsIn5m'], 'rule/twice NoBarsIn5m'],
  'a recording rule that is there twice': [
    ['record: feed_bars:rate1m', 'record: venue:feed_bars:increase5m'],
    'rule/twice venue:feed_bars:increase5m',
  ],
};

describe('in rules:', () => {
  test('nothing is found in the clean file', async () => {
    expect(await check(rulesText)).toEqual([]);
  });

  test.each(Object.entries(IN_RULES))('%s', async (_sentence, [change, found]) => {
    // A template needs a metric whose labels are known.
    const known = found === 'alert/template' ? plant(rulesText, [QUEUE, 'feed_queue_depth > 1000']) : rulesText;
    const findings = await check(plant(known, change));
    expect(findings.join('\n')).toContain(found);
  });
});

test('the page on the format explains every check', () => {
  const page = readFileSync('docs/platform-format.md', 'utf8');
  expect(Object.keys(CHECKS).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

const IN_CATALOGUE: Record<string, readonly [change: Change, found: string]> = {
  'a key that is mistyped': [
    ['severity: warning', 'severty: warning'],
    'severty is unknown here: did you mean severity?',
  ],
  'a counter that does not say so': [[/feed_bars_total\n/, 'feed_bars\n'], 'is a counter and does not end in _total'],
  'a gauge that says it is a counter': [
    ['name: feed_queue_depth', 'name: feed_queue_total'],
    'ends in _total and is no counter',
  ],
  'a name that is not snake_case': [['name: feed_queue_depth', 'name: feedQueueDepth'], 'is not written in snake_case'],
  'a label of too many values': [
    ['labels: [venue, symbol]', 'labels: [venue, order_id]'],
    'metric/label feed_bars_total',
  ],
  'a label outside the allow-list': [
    ['  forbidden_labels:', '  labels: [venue, feature]\n  forbidden_labels:'],
    'not in the allow-list',
  ],
  'values that do not fit the budget': [
    ['    help: Bars closed', '    values: { venue: [a, b, c], symbol: [d, e, f] }\n    help: Bars closed'],
    'may have 9 series by its values, and its budget is 5',
  ],
  'no budget': [['  counter_total: true', '  counter_total: true\n  budgets: true'], 'metric/series'],
  'no unit': [['    unit: bars\n    labels', '    labels'], 'metric/unit feed_bars_total'],
  'a unit that the name does not say': [
    ['    unit: messages', '    unit: seconds'],
    'is in seconds and does not end in',
  ],
  'no help': [[/ {4}help: Bars closed.*\n/, ''], 'metric/help feed_bars_total'],
  'buckets that do not grow': [['[5, 10, 25,', '[5, 25, 10,'], 'buckets do not grow'],
  'a histogram without buckets': [[/ {4}buckets: \[5, 10.*\n/, ''], 'metric/buckets feed_transport_latency_ms'],
  'a metric that is there twice': [
    ['name: feed_reconnects_total', 'name: feed_bars_total'],
    'has feed_bars_total twice',
  ],
  'an alert without a duration or a reason': [
    ['    for: 2m\n    summary: No bars', '    summary: No bars'],
    'neither "for" nor "at_once"',
  ],
  'test data of no known form': [['{ rate: 1 }', '{ rat: 1 }'], 'has none of rate'],
};

describe('in a catalogue:', () => {
  test.each(Object.entries(IN_CATALOGUE))('%s', async (_sentence, [change, found]) => {
    let text = plant(CATALOGUE, change);
    if (found.includes('budget is 5')) text = text.replace('series: 500', 'series: 5');
    if (found.includes('is in seconds')) text = text.replace('  counter_total: true', '  unit_suffix: true');
    if (found === 'metric/series') text = text.replace('    series: 500\n', '');
    expect((await check(rulesText, text)).join('\n')).toContain(found);
  });

  test('a value that is never shown, a receiver nobody knows, an alert without cases', async () => {
    const compile = async (change: Change): Promise<string> => {
      const planted = plant(CATALOGUE, change);
      return (await compilePlatform({ folder: FOLDER, catalogue: planted, slos: null })).problems.join('\n');
    };
    expect(await compile(['        value: 3001', ''])).toContain('shows {{ $value }}, and the case gives no value');
    expect(await compile(['critical: [telegram-ops]', 'critical: [pager]'])).toContain('no receiver is called pager');
    expect(await compile(['    expr: vector(1)', '    expr: vector('])).toContain('Watchdog: not PromQL');
    expect(await compile([/ {4}cases:\n {6}- fires: always[\s\S]*?value: 1\n/, ''])).toContain('Watchdog has no cases');
  });
});
