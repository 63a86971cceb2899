// `rules`: what can be proven about alert rules and routes before they are needed.

import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import { backtestRules } from './backtest/backtest.ts';
import { checkRuleFiles } from './check.ts';
import { coverRuleSets } from './coverage.ts';
import { generateRules } from './generate.ts';
import { indexRules } from './index-table.ts';
import { mutateRules } from './mutate.ts';
import type { RulesContext } from './rule-set.ts';
import { testRules } from './test.ts';

type Proving = RulesContext & Pick<Context, 'openSignedIn'>;

const VERBS = {
  check: checkRuleFiles,
  test: testRules,
  mutate: mutateRules,
  coverage: coverRuleSets,
  index: indexRules,
  generate: generateRules,
  backtest: async (ctx, invocation) => backtestRules({ ...ctx, http: await ctx.openSignedIn() }, invocation),
} satisfies Record<string, (ctx: Proving, invocation: Invocation) => Promise<Outcome>>;

export async function proveRules(ctx: Proving, invocation: Invocation): Promise<Outcome> {
  return VERBS[(invocation.verb ?? 'check') as keyof typeof VERBS](ctx, invocation);
}
