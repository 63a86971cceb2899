// Many mutants in one promtool call are judged as each alone would be.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { graphRules } from '../../../../lib/domain/rules/dependents.ts';
import { makeMutants } from '../../../../lib/domain/rules/mutate/make-mutants.ts';
import type { Mutant } from '../../../../lib/domain/rules/mutate/mutant.ts';
import { makeBatch } from '../../../../lib/domain/rules/mutate/mutant-batch.ts';
import { type BatchVerdict, readVerdict } from '../../../../lib/domain/rules/mutate/read-verdicts.ts';
import { loadPromql } from '../../../../lib/domain/rules/promql.ts';
import { readRuleFile } from '../../../../lib/domain/rules/read-rules.ts';
import { readUnitTests } from '../../../../lib/domain/rules/unit-test-file.ts';

const RULES = `
groups:
  - name: g
    rules:
      - record: depth:sum
        expr: sum by (queue) (depth)
      - record: depth:double
        expr: depth:sum * 2
      - alert: Deep
        expr: depth:double > 10
        for: 30s
        labels: { severity: critical }
      - alert: Deep
        expr: depth:double == 10
        labels: { severity: warning }
`;
const TESTS = `
rule_files: [rules.yml]
evaluation_interval: 15s
tests:
  - name: six is deep after thirty seconds
    interval: 15s
    input_series:
      - { series: 'depth{queue="a",host="1"}', values: '3x10' }
      - { series: 'depth{queue="a",host="2"}', values: '3x10' }
    alert_rule_test:
      - { alertname: Deep, eval_time: 15s }
      - alertname: Deep
        eval_time: 30s
        exp_alerts: [{ exp_labels: { severity: critical, queue: a } }]
    promql_expr_test:
      - expr: depth:sum
        eval_time: 15s
        exp_samples: [{ labels: 'depth:sum{queue="a"}', value: 6 }]
`;
const directory = mkdtempSync(join(tmpdir(), 'batch-'));
afterAll(() => rmSync(directory, { recursive: true }));

function promtool(batch: { rulesText: string; testsText: string }): BatchVerdict {
  writeFileSync(join(directory, 'rules.yml'), batch.rulesText);
  writeFileSync(join(directory, 'tests.yml'), batch.testsText);
  try {
    execFileSync('promtool', ['test', 'rules', 'tests.yml'], { cwd: directory, stdio: 'pipe' });
    return readVerdict(0, '');
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: Buffer; stderr: Buffer };
    return readVerdict(status, `${stdout}${stderr}`);
  }
}

test('side by side and one by one give the same verdicts, through recorded series too', async () => {
  const parse = await loadPromql();
  const { rules } = await readRuleFile('rules.yml', RULES);
  const tests = await readUnitTests('tests.yml', TESTS);
  const tools = { graph: graphRules(rules, parse), parse };
  const mutants = makeMutants(rules, parse, 15_000);
  expect(new Set(mutants.map(({ original }) => original)).size).toBe(4);

  const together = promtool(makeBatch(tests, mutants, tools));
  expect(together.broken).toBe(null);
  expect([...together.aborted]).toEqual([]);
  const alone = mutants.filter((mutant) => promtool(makeBatch(tests, [mutant], tools)).killed.has(mutant.id));
  const names = (some: readonly Mutant[]): string[] => some.map(({ what }) => what);
  expect(names(mutants.filter(({ id }) => together.killed.has(id)))).toEqual(names(alone));
  const survivors = names(mutants.filter(({ id }) => !together.killed.has(id)));
  expect(survivors).toContain('> → >=');
  expect(names(alone)).toEqual(expect.arrayContaining(['* → /', 'by without queue', 'for 30s → 15s']));
});

test('an unmutated rule passes its own multiplied tests', async () => {
  const parse = await loadPromql();
  const { rules } = await readRuleFile('rules.yml', RULES);
  const tests = await readUnitTests('tests.yml', TESTS);
  const same = rules.map(
    (rule, index): Mutant => ({ id: index + 1, kind: 'set', what: '', original: rule, mutated: rule }),
  );
  const verdict = promtool(makeBatch(tests, same, { graph: graphRules(rules, parse), parse }));
  expect(verdict).toEqual({ killed: new Set(), aborted: new Map(), broken: null });
});

const OUTPUTS: Record<string, readonly [exit: number | null, output: string, verdict: Partial<BatchVerdict>]> = {
  'a crash proves nothing': [2, 'panic: runtime error', { broken: 'panic: runtime error' }],
  'an evaluation error names its mutant': [
    1,
    '    rule: Deep__m7, time: 0s, err: many-to-many matching',
    { aborted: new Map([[7, 'evaluation error']]), broken: null },
  ],
  'a rule that does not load names its mutant': [
    1,
    'rules.yml: 1:2: group "g0", rule 3, "Deep__m9": could not parse expression',
    { aborted: new Map([[9, 'does not load']]), broken: null },
  ],
  'no exit code proves nothing': [null, '', { broken: '' }],
};

test.each(Object.entries(OUTPUTS))('%s', (_name, [exit, output, verdict]) => {
  expect(readVerdict(exit, output)).toMatchObject(verdict);
});
