// `rules`: what can be proven about alert rules and routes before they are needed.

import type { Outcome } from '../../run/command.ts';
import type { Invocation } from '../../run/invocation.ts';
import { checkRuleFiles } from './check.ts';
import { coverRuleSets } from './coverage.ts';
import { generateRules } from './generate.ts';
import { indexRules } from './index-table.ts';
import { mutateRules } from './mutate.ts';
import type { RulesContext } from './rule-set.ts';
import { testRules } from './test.ts';

const VERBS = {
  check: checkRuleFiles,
  test: testRules,
  mutate: mutateRules,
  coverage: coverRuleSets,
  index: indexRules,
  generate: generateRules,
} satisfies Record<string, (ctx: RulesContext, invocation: Invocation) => Promise<Outcome>>;

export async function proveRules(ctx: RulesContext, invocation: Invocation): Promise<Outcome> {
  return VERBS[(invocation.verb ?? 'check') as keyof typeof VERBS](ctx, invocation);
}
