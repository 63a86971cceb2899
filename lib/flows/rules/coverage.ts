// `rules coverage`: which rules a unit test has seen firing and silent.

import { EXIT } from '../../base/exit-codes.ts';
import { tableLines } from '../../base/table.ts';
import { coverRules, type RuleCoverage } from '../../domain/rules/coverage.ts';
import { loadPromql } from '../../domain/rules/promql.ts';
import type { Outcome } from '../../run/command.ts';
import type { Invocation } from '../../run/invocation.ts';
import { loadRuleSets, type RulesContext, requireSound } from './rule-set.ts';

export async function coverRuleSets(ctx: RulesContext, invocation: Invocation): Promise<Outcome> {
  const sets = await loadRuleSets(ctx, invocation);
  requireSound(sets, 'cover');
  const parse = await loadPromql();
  const covered = sets.flatMap(({ rules, tests }) => coverRules(rules, tests, parse));
  const missing = covered.filter((one) => one.missing !== null);
  const ratio = covered.length === 0 ? 1 : 1 - missing.length / covered.length;
  const wanted = invocation.number('min-score') ?? 1;
  const summary = `${covered.length - missing.length} of ${covered.length} rules are tested firing and silent (${(ratio * 100).toFixed(1)} %)`;
  return {
    exit: ratio >= wanted ? EXIT.ok : EXIT.critical,
    summary,
    report: {
      schema: 'mdops.rules-coverage/1',
      score: Number(ratio.toFixed(6)),
      rules: covered.map(({ rule, fires, silent, files, missing: lacks }) => ({
        rule: rule.name,
        file: rule.file,
        line: rule.line,
        fires,
        silent,
        tests: files,
        missing: lacks,
      })),
    },
    view: (paint) => [
      ...tableLines(
        [{ title: 'RULE' }, { title: 'FIRES' }, { title: 'SILENT' }, { title: 'TESTS', align: 'right' }],
        covered.map((one) => row(one, paint.good('yes'), paint.bad('no'))),
      ),
      ...missing.map((one) => paint.warn(`missing: ${one.missing}`)),
      summary,
    ],
  };
}

function row({ rule, fires, silent, files }: RuleCoverage, yes: string, no: string): string[] {
  return [rule.name, fires ? yes : no, silent ? yes : no, String(files.length)];
}
