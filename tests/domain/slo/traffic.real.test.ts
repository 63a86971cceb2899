// Real promtool: what an objective makes of no traffic, no errors yet, no series at all, and a handful of failures.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileSlo } from '../../../lib/domain/slo/compile.ts';
import { readSloFile } from '../../../lib/domain/slo/read-specs.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const directory = temporaryDirectories('slo-traffic');
const SPEC = `
service: s
slos:
  - { name: plain, objective: 99, indicator: { bad: bad_total, total: all_total } }
  - { name: guarded, objective: 99, indicator: { bad: bad_total, total: all_total }, least_bad_events: 10 }
`;
const FIRING = 'ALERTS{alertstate="firing", alertname=~"ALERT_(PLAIN|GUARDED)_(BURN_1H|NO_DATA)"}';
const RATIO = 'slo:sli_error:ratio_rate5m{slo="plain"}';

interface Story {
  readonly series: Readonly<Record<string, string>>;
  /** Names of alerts that fire after two hours. */
  readonly firing: readonly string[];
  readonly ratio: number | null;
}

const STORIES: Record<string, Story> = {
  'no traffic has no ratio and fires nothing': {
    series: { bad_total: '7+0x120', all_total: '100+0x120' },
    firing: [],
    ratio: null,
  },
  'errors that never happened count as none': { series: { all_total: '0+60x120' }, firing: [], ratio: 0 },
  'no series at all is told after a while': {
    series: { other_total: '0+1x120' },
    firing: ['ALERT_GUARDED_NO_DATA', 'ALERT_PLAIN_NO_DATA'],
    ratio: null,
  },
  // Three of three fail in the last five minutes: a whole outage of hardly any traffic.
  'a handful of failures fires only where no guard is set': {
    series: { bad_total: '0+0x115 1+1x4', all_total: '0+0x115 1+1x4' },
    firing: ['ALERT_PLAIN_BURN_1H'],
    ratio: 1,
  },
  'an outage with traffic fires in spite of the guard': {
    series: { bad_total: '0+60x120', all_total: '0+60x120' },
    firing: ['ALERT_GUARDED_BURN_1H', 'ALERT_PLAIN_BURN_1H'],
    ratio: 1,
  },
};

test.each(Object.keys(STORIES))('%s', async (name) => {
  const { series, firing, ratio } = STORIES[name]!;
  const { slos, problems } = await readSloFile('slo.yml', SPEC);
  expect(problems).toEqual([]);
  const here = directory();
  writeFileSync(join(here, 'rules.json'), JSON.stringify({ groups: slos.flatMap(compileSlo) }));
  const story = {
    interval: '1m',
    input_series: Object.entries(series).map(([one, values]) => ({ series: one, values })),
    promql_expr_test: [
      expectSamples(
        `count by (alertname) (${FIRING})`,
        firing.map((alert) => [`{alertname="${alert}"}`, 1]),
      ),
      expectSamples(`sum(${RATIO})`, ratio === null ? [] : [['{}', ratio]]),
    ],
  };
  writeFileSync(join(here, 'test.json'), JSON.stringify({ rule_files: ['rules.json'], tests: [story] }));
  expect(execFileSync('promtool', ['test', 'rules', 'test.json'], { cwd: here, encoding: 'utf8' })).toContain(
    'SUCCESS',
  );
});

test('of a raw ratio an hour without traffic does not spoil the budget of the days after it', async () => {
  const query = 'sum(rate(bad_total[{{.window}}])) / sum(rate(all_total[{{.window}}]))';
  const spec = `{ version: prometheus/v1, service: s, slos: [{ name: raw, window: 12h, objective: 90, sli: { raw: { error_ratio_query: "${query}" } } }] }`;
  const { slos, problems } = await readSloFile('slo.yml', spec);
  expect(problems).toEqual([]);
  const here = directory();
  writeFileSync(join(here, 'rules.json'), JSON.stringify({ groups: slos.flatMap(compileSlo) }));
  const story = {
    interval: '1m',
    input_series: [
      { series: 'bad_total', values: '0+6x120 726+0x60 732+6x120' },
      { series: 'all_total', values: '0+60x120 7260+0x60 7320+60x120' },
    ],
    promql_expr_test: [
      {
        expr: 'round(sum(slo:sli_error:ratio_rate12h), 0.001)',
        eval_time: '5h',
        exp_samples: [{ labels: '{}', value: 0.1 }],
      },
    ],
  };
  writeFileSync(join(here, 'test.json'), JSON.stringify({ rule_files: ['rules.json'], tests: [story] }));
  expect(execFileSync('promtool', ['test', 'rules', 'test.json'], { cwd: here, encoding: 'utf8' })).toContain(
    'SUCCESS',
  );
});

function expectSamples(expr: string, samples: readonly (readonly [string, number])[]) {
  return { expr, eval_time: '2h', exp_samples: samples.map(([labels, value]) => ({ labels, value })) };
}
