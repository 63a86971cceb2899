// Looks at a running stack: targets, rules, routing, receivers. Finds facts, judges nothing.

import { own } from '../../base/json.ts';
import { type Asking, askJson, askPrometheus, type Mapping, records } from './ask.ts';
import type { StackAddresses } from './stack-context.ts';

export interface TargetFact {
  readonly job: string;
  readonly address: string;
  readonly health: string;
  readonly error: string;
}

export interface RuleFact {
  readonly name: string;
  readonly kind: string;
  readonly health: string;
  readonly error: string;
  readonly hasRun: boolean;
}

export async function readTargets(
  ctx: Asking,
  { prometheus }: Pick<StackAddresses, 'prometheus'>,
): Promise<TargetFact[]> {
  const data = await askPrometheus(ctx, prometheus, 'targets?state=active');
  return records(own(data, 'activeTargets')).map((target) => ({
    job: String((own(target, 'labels') as Mapping | undefined)?.['job'] ?? ''),
    address: String(own(target, 'scrapeUrl') ?? ''),
    health: String(own(target, 'health') ?? ''),
    error: String(own(target, 'lastError') ?? ''),
  }));
}

export async function readRules(ctx: Asking, { prometheus }: Pick<StackAddresses, 'prometheus'>): Promise<RuleFact[]> {
  const data = await askPrometheus(ctx, prometheus, 'rules');
  return records(own(data, 'groups')).flatMap((group) =>
    records(own(group, 'rules')).map((rule) => ({
      name: String(own(rule, 'name') ?? ''),
      kind: String(own(rule, 'type') ?? ''),
      health: String(own(rule, 'health') ?? ''),
      error: String(own(rule, 'lastError') ?? ''),
      hasRun: !String(own(rule, 'lastEvaluation') ?? '').startsWith('0001-'),
    })),
  );
}

/** How many Alertmanagers Prometheus would tell now. */
export async function countAlertmanagers(
  ctx: Asking,
  { prometheus }: Pick<StackAddresses, 'prometheus'>,
): Promise<number> {
  const data = await askPrometheus(ctx, prometheus, 'alertmanagers');
  return records(own(data, 'activeAlertmanagers')).length;
}

export async function readReceivers(
  ctx: Asking,
  { alertmanager }: Pick<StackAddresses, 'alertmanager'>,
): Promise<string[]> {
  return records(await askJson(ctx, `${alertmanager}/api/v2/receivers`)).map((receiver) =>
    String(own(receiver, 'name')),
  );
}

export interface AlertingReadiness {
  readonly isReady: boolean;
  /** What is still missing, as a sentence. */
  readonly missing: string;
}

/** Prometheus is "ready" about 5 s before it scrapes and before it knows an Alertmanager: this is the real thing. */
export async function readAlertingReadiness(
  ctx: Asking,
  addresses: StackAddresses,
  jobs: readonly string[],
): Promise<AlertingReadiness> {
  const targets = await readTargets(ctx, addresses);
  for (const job of jobs) {
    const own_ = targets.filter((target) => target.job === job);
    if (own_.length === 0) return { isReady: false, missing: `Prometheus has no target for the job ${job}` };
    const down = own_.find(({ health }) => health !== 'up');
    if (down !== undefined)
      return {
        isReady: false,
        missing: `target ${down.address} is ${down.health}: ${down.error || 'not scraped yet'}`,
      };
  }
  if ((await countAlertmanagers(ctx, addresses)) === 0)
    return { isReady: false, missing: 'Prometheus knows no Alertmanager' };
  // A group of five minutes is first evaluated within five minutes: one that runs shows that evaluation works.
  const rules = await readRules(ctx, addresses);
  if (!rules.some(({ hasRun }) => hasRun)) return { isReady: false, missing: 'no rule has been evaluated' };
  return { isReady: true, missing: '' };
}
