// `dashboards push`: sends what differs, in order, each step looked at before and after. Removes nothing by itself.

import { sha256 } from '../../../base/digest.ts';
import { EXIT } from '../../../base/exit-codes.ts';
import { Fault, isFault } from '../../../base/fault.ts';
import { GRAFANA_KINDS, KIND_NAMES } from '../../../base/grafana-objects.ts';
import { type Json, stableJson } from '../../../base/json.ts';
import type { Finding } from '../../../domain/grafana/drift.ts';
import { type Action, digestOf, type Plan, planPush } from '../../../domain/grafana/plan.ts';
import type { Outcome } from '../../../run/command.ts';
import type { Context } from '../../../run/context.ts';
import type { Invocation } from '../../../run/invocation.ts';
import { carryOut, type Push } from './carry-out.ts';
import { chosenKinds, type Look, lookAtGrafana } from './look.ts';
import { fillObject, type References, readReferences } from './references.ts';
import { findRoots } from './roots.ts';
import { differenceWords, nameOf } from './show-drift.ts';
import { type Done, pushOutcome } from './show-push.ts';
import { originKey, readWanted, type Wanted } from './wanted.ts';

/** What concerns one object only: the others are still sent. */
const OF_ONE_OBJECT = new Set([
  'grafana object changed meanwhile',
  'grafana object provisioned elsewhere',
  'grafana refused the request',
  'grafana folder not empty',
  'grafana kept something else',
  'grafana version lacks this',
]);

export async function pushDashboards(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const files = await readWanted(ctx, await findRoots(ctx, invocation));
  const references = await readReferences(ctx, files);
  const grafana = await ctx.openGrafana();
  const look = await lookAtGrafana(ctx, grafana, files, chosenKinds(invocation), references.lookUp);
  refuseBlindPush(look);
  const { wanted } = look;
  const findings = look.kinds.flatMap((kind) => (kind.state === 'looked' ? kind.drift.findings : []));
  const plan = planPush(findings, invocation.on('prune'));
  refuseMissingValues(plan, wanted, references);
  await confirm(ctx, plan, findings, grafana.url);
  const push: Push = {
    ctx,
    grafana,
    references,
    overwrite: invocation.on('overwrite'),
    wanted: ({ kind, id }) => wanted.objects.get(kind)?.find((object) => object.id === id) ?? null,
  };
  const actions = await keepPlan(ctx, invocation, wanted, plan, grafana.url);
  const done: Done[] = [];
  for (const action of actions) done.push(await attempt(push, action));
  return pushOutcome({ look, plan, findings, done, isDryRun: ctx.run.isDryRun });
}

/** The plan is a step of its own: a resumed run finishes exactly this one. */
async function keepPlan(
  ctx: Context,
  invocation: Invocation,
  wanted: Wanted,
  plan: Plan,
  url: string,
): Promise<Action[]> {
  const objects = GRAFANA_KINDS.flatMap((kind) =>
    (wanted.objects.get(kind) ?? []).map((one) => [originKey(one), digestOf(one)]),
  );
  const kept = await ctx.steps.run<Json>({
    name: 'plan',
    kind: 'idempotent',
    input: {
      url,
      files: sha256(stableJson(objects)),
      only: invocation.texts('only'),
      prune: invocation.on('prune'),
      overwrite: invocation.on('overwrite'),
    },
    act: async () => plan.actions as unknown as Json,
  });
  return kept as unknown as Action[];
}

async function attempt(push: Push, action: Action): Promise<Done> {
  try {
    return { action, result: await carryOut(push, action), fault: null };
  } catch (error) {
    if (isFault(error) && OF_ONE_OBJECT.has(error.code)) return { action, result: 'failed', fault: error };
    throw error;
  }
}

function refuseBlindPush({ kinds }: Look): void {
  const unseen = kinds.filter((look) => look.state === 'could not look');
  const [first] = unseen;
  if (first === undefined || first.state === 'looked') return;
  const what = unseen.map(({ kind }) => KIND_NAMES[kind][1]).join(', ');
  throw new Fault('grafana not seen', `Nothing was sent: could not look at ${what}: ${first.reason}`, {
    exit: EXIT.unknown,
    hint: first.hint ?? 'push what can be seen with --only',
  });
}

function refuseMissingValues({ actions }: Plan, wanted: Wanted, { lookUp }: References): void {
  const problems = actions.flatMap(({ verb, kind, id, title }) => {
    const object = verb === 'remove' ? undefined : wanted.objects.get(kind)?.find((one) => one.id === id);
    const missing = object === undefined ? [] : fillObject(object, lookUp).missing;
    return missing.map((name) => `${nameOf(kind, title)} wants ${name}, which is not set here`);
  });
  if (problems.length === 0) return;
  throw new Fault('values not set', `Nothing was sent: ${problems.join('; ')}`, {
    exit: EXIT.config,
    hint: 'set the variable, or its twin with _FILE that names a file',
  });
}

async function confirm(ctx: Context, plan: Plan, findings: readonly Finding[], url: string): Promise<void> {
  const policies = findings.find(({ kind }) => kind === 'policy');
  if (policies !== undefined && plan.actions.some(({ kind }) => kind === 'policy')) {
    for (const difference of policies.differences) ctx.log.event('message', `policies: ${differenceWords(difference)}`);
    const count = policies.differences.length;
    await ctx.person.confirm({
      action: `Replace all notification policies of ${url} (${count} ${count === 1 ? 'difference' : 'differences'})`,
      flag: '--yes',
    });
  }
  const removals = plan.actions.filter(({ verb }) => verb === 'remove');
  if (removals.length === 0) return;
  const names = removals.map(({ kind, title }) => nameOf(kind, title)).join(', ');
  await ctx.person.confirm({ action: `Remove from ${url}: ${names}`, flag: '--yes' });
}
