// Expressions as a replay needs them: what they read, and their recordings written out.

import { beforeAll, describe, expect, test } from 'vitest';
import { inlineRecordings } from '../../../../lib/domain/rules/backtest/inline-recordings.ts';
import { type Needed, neededInputs } from '../../../../lib/domain/rules/backtest/needed-inputs.ts';
import { loadPromql, type ParsePromql } from '../../../../lib/domain/rules/promql.ts';
import { readRuleFile } from '../../../../lib/domain/rules/read-rules.ts';

let parse: ParsePromql;
beforeAll(async () => {
  parse = await loadPromql();
});

function print(needed: Needed): string {
  if (needed.kind === 'nothing') return '-';
  if (needed.kind === 'metric') return `${needed.metric}${needed.offset === '' ? '' : ` ${needed.offset}`}`;
  return `(${needed.parts.map(print).join(needed.kind === 'all' ? ' & ' : ' | ')})`;
}

const NEEDED: Record<string, string> = {
  'a > 1': 'a',
  'rate(a[5m]) / rate(b[5m]) > 0.1': '(a & b)',
  'a or b': '(a | b)',
  'a or vector(0)': '-',
  'a > 1 unless on () maintenance == 1': 'a',
  'absent(a)': '-',
  'absent(a) or b > 1': '-',
  'a - a offset 1h > 5': '(a & a offset 1h)',
  'rate(a[5m] offset 1d) > 1': 'a offset 1d',
  'vector(1)': '-',
  '{__name__="a", x="y"} > 1': 'a',
  'sum by (x) (a) * on (x) group_left () count by (x) (b) and c': '((a & b) & c)',
};

describe('needed inputs', () => {
  test.each(Object.entries(NEEDED))('%s', (expr, expected) => {
    expect(print(neededInputs(parse(expr)))).toBe(expected);
  });
});

const RULES = `groups:
  - name: g
    rules:
      - { record: 'a:rate', expr: 'rate(a[1m])' }
      - { record: 'b:sum', expr: 'sum(a:rate)', labels: { kind: 'x$1' } }
      - { record: 'self', expr: 'self + 1' }
`;

const INLINED: Record<string, [expr: string, inlined: string, read: string]> = {
  'a:rate > 1': ['((rate(a[1m]))) > 1', 'a:rate', ''],
  'b:sum > 1': ['(label_replace((sum(((rate(a[1m]))))), "kind", "x$$1", "", "")) > 1', 'b:sum a:rate', ''],
  'max_over_time(a:rate[5m])': ['max_over_time(((rate(a[1m])))[5m:15000ms])', 'a:rate', ''],
  'a:rate offset 1h': ['last_over_time(((rate(a[1m])))[14999ms:15000ms] offset 1h)', 'a:rate', ''],
  'a - a:rate offset 1h > 1': ['a - last_over_time(((rate(a[1m])))[14999ms:15000ms] offset 1h) > 1', 'a:rate', ''],
  'max_over_time(a:rate[5m] offset 1h)': ['max_over_time(((rate(a[1m])))[5m:15000ms] offset 1h)', 'a:rate', ''],
  'a:rate @ end() > 1': ['a:rate @ end() > 1', '', 'a:rate'],
  'self > 1': ['((self + 1)) > 1', 'self', 'self'],
  'raw > 1': ['raw > 1', '', ''],
};

describe('recordings written out', () => {
  test.each(Object.entries(INLINED))('%s', async (expr, [expected, inlined, read]) => {
    const { rules } = await readRuleFile('rules.yml', RULES);
    const recordings = new Map(rules.map((rule) => [rule.name, [rule]]));
    const written = inlineRecordings(expr, { parse, recordings, intervalMs: 15_000, fromHistory: new Set() });
    expect(written.expr).toBe(expected);
    expect([...written.inlined].sort()).toEqual(inlined.split(' ').filter(Boolean).sort());
    expect(written.read.map(({ name }) => name).join(' ')).toBe(read);
    expect(parse(written.expr).errorAt).toBe(null);
  });
});
