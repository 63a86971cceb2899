// Bugs planted into health enforcement, budgets and incidents, for the worlds in which timers run and people are paged.

import { RULES } from '../worlds/failover-rules.ts';
import { HEALTH_RULES } from '../worlds/health-rules.ts';
import { at, type PlantedBug } from './planted-bug.ts';

const FLOW = 'lib/flows/check-feed-health';
const GOVERNOR = 'lib/domain/governor/governor.ts';

function health(name: string, breaks: readonly string[], ...changes: PlantedBug['changes']): PlantedBug {
  return { name, world: 'health', breaks, changes };
}

export const HEALTH_BUGS: readonly PlantedBug[] = [
  health(
    'a remediation is counted after the act',
    [HEALTH_RULES.countedFirst],
    at(
      `${FLOW}/hands.ts`,
      'admit: () => ctx.governor.admit(target, KIND, budgetOf(ctx)),',
      'admit: async () => { const seen = await ctx.governor.look(target); return admitAction(seen.state, seen.orders, KIND, budgetOf(ctx), seen.now); },',
    ),
    at(
      `${FLOW}/hands.ts`,
      'settle: () => ctx.clock.sleep(remediation.settleMs, ctx.signal),',
      'settle: async () => { await ctx.governor.admit(target, KIND, budgetOf(ctx)); await ctx.clock.sleep(remediation.settleMs, ctx.signal); },',
    ),
  ),
  health(
    'the count is not durable',
    [HEALTH_RULES.countedFirst],
    at(
      'lib/services/governor/governor.ts',
      'documents.write(name, toJson(value));',
      'documents.write(name, toJson(value), { durable: false });',
    ),
  ),
  health(
    'the remediation budget runs on the wall clock',
    [HEALTH_RULES.budget],
    at(GOVERNOR, 'now.monotonicMs - at.monotonicMs', 'now.wallMs - at.wallMs'),
  ),
  health(
    'a reboot empties the account',
    [HEALTH_RULES.budget, HEALTH_RULES.orders],
    at(
      GOVERNOR,
      '? now.monotonicMs - at.monotonicMs : now.monotonicMs);',
      '? now.monotonicMs - at.monotonicMs : 1e12);',
    ),
  ),
  health(
    'a spent budget does not latch',
    [HEALTH_RULES.latch],
    at(
      GOVERNOR,
      'reason: spent, state: { ...state, latch, lastLatchId: latch.id } };',
      'reason: spent, state: { ...state, lastLatchId: latch.id } };',
    ),
  ),
  health(
    'a pause is ignored',
    [HEALTH_RULES.orders],
    at(
      GOVERNOR,
      'if (pause === null || !isPaused(pause, now)) return null;',
      'if (pause === null || now.wallMs > 0) return null;',
    ),
  ),
  health(
    'the global switch is ignored',
    [HEALTH_RULES.orders],
    at(GOVERNOR, 'if (global?.isOff === true) {', 'if (global?.isOff === true && now.wallMs < 0) {'),
  ),
  health(
    'orders are read once, before three attempts',
    [HEALTH_RULES.orders],
    at(
      `${FLOW}/enforce.ts`,
      'const stopped = await hands.stopped();',
      'const stopped = broken.length < 0 ? await hands.stopped() : null;',
    ),
  ),
  health(
    'no majority guard',
    [HEALTH_RULES.observer],
    at(
      'lib/domain/governor/observer.ts',
      'dead.length / counted.length > majorityRatio',
      'dead.length / counted.length > 2 + majorityRatio',
    ),
  ),
  health(
    'the observer is doubted only before the first attempt',
    [HEALTH_RULES.observer],
    at(
      `${FLOW}/enforce.ts`,
      'halt = attempt === 1 ? null : await findHalt(ctx, check, hands, judged, broken);',
      'halt = attempt === 1 ? null : await findHalt(ctx, check, hands, first, broken.slice(0, 1));',
    ),
  ),
  health(
    'two dead feeds are no reason to doubt',
    [HEALTH_RULES.observer],
    at(
      'lib/domain/governor/observer.ts',
      'if (otherDead.length > 0 && isFeedDead(views))',
      'if (otherDead.length > 1 && isFeedDead(views))',
    ),
  ),
  health(
    'NaN is healthy',
    [HEALTH_RULES.honest],
    at(
      'lib/domain/health/tally.ts',
      '} else if (seen === SEEN.never) judgeAge(input, index, null, tally);\n  else noteBroken(feed, index, null, tally);',
      '}',
    ),
    at(
      'lib/domain/health/tally.ts',
      'if (lagMs < -input.futureToleranceMs) noteBroken(feed, index, lagMs, tally);\n    else if',
      'if',
    ),
  ),
  health(
    'a tick of the future is fresh',
    [HEALTH_RULES.honest, HEALTH_RULES.observer],
    at(
      'lib/domain/health/tally.ts',
      'if (lagMs < -input.futureToleranceMs) noteBroken(feed, index, lagMs, tally);\n    else if',
      'if',
    ),
  ),
  health(
    'empty is all',
    [HEALTH_RULES.blind, HEALTH_RULES.honest, HEALTH_RULES.onlyBroken],
    at('lib/domain/health/wording.ts', 'if (expected > 0) return reasons;', 'if (expected >= 0) return reasons;'),
  ),
  health(
    'an answer that is cut off is whole',
    [HEALTH_RULES.blind, HEALTH_RULES.honest, HEALTH_RULES.onlyBroken],
    at('lib/domain/health/wording.ts', 'if (origin.isTruncated === true)', 'if (origin.isTruncated === false)'),
    at(
      'lib/clients/control-plane/answers.ts',
      'if (isPartial && limit === undefined) {',
      'if (isPartial && limit === -1) {',
    ),
  ),
  health(
    'an error of the source is an empty list',
    [HEALTH_RULES.blind],
    at(
      'lib/clients/control-plane/answers.ts',
      "if (source !== 'market-data-service') return",
      'if (source === undefined) return',
    ),
    at('lib/domain/health/wording.ts', "if (origin.source === 'error')", "if (origin.source === 'never')"),
  ),
  health(
    'what resubscribing did not help is called well',
    [HEALTH_RULES.settles, HEALTH_RULES.paged, HEALTH_RULES.honest, HEALTH_RULES.silent],
    at(
      `${FLOW}/enforce.ts`,
      'const isTold = await escalate(check, hands, report, tried, why);',
      'const isTold = why === null;',
    ),
  ),
  health(
    'no intent before resubscribing',
    [HEALTH_RULES.intentFirst],
    at(
      'lib/services/steps/steps.ts',
      "await journal?.append('step_intent', { step: step.name, kind: step.kind, input });",
      '',
    ),
  ),
  health(
    'two checks repair at once',
    [HEALTH_RULES.alone, HEALTH_RULES.intentFirst, RULES.oneTerminal, RULES.chain],
    at(
      'lib/services/runs/runs.ts',
      'if (identity.exclusive && identity.target !== null)',
      'if (identity.pid < 0 && identity.target !== null)',
    ),
  ),
  health(
    'a dry run repairs',
    [HEALTH_RULES.dryRun],
    at(
      `${FLOW}/check-feed-health.ts`,
      'return ctx.run.isDryRun ? createDryHands',
      'return ctx.run.target === null ? createDryHands',
    ),
    at('lib/run/dry-run.ts', 'http: probesOnly(effects.http),', 'http: effects.http,'),
  ),
  health(
    'telemetry takes its time',
    [HEALTH_RULES.telemetry],
    at('lib/run/deliver-telemetry.ts', '() => over.abort(),', '() => undefined,'),
    at(
      'lib/clients/pushgateway/pushgateway.ts',
      'timeoutMs: options.timeoutMs }',
      'timeoutMs: options.timeoutMs * 10 }',
    ),
  ),
  health(
    'secrets are not masked',
    [HEALTH_RULES.secret],
    at(
      'lib/run/redact-for.ts',
      'createRedactor([...secretsOf(loaded.config), ...loaded.sensitive])',
      'createRedactor([...secretsOf(loaded.config).slice(99), ...loaded.sensitive.slice(99)])',
    ),
  ),
];
