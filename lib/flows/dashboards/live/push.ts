// `dashboards push`: sends what differs, in order, each step looked at before and after. Removes nothing by itself.

import { sha256 } from '../../../base/digest.ts';
import { EXIT, type ExitCode } from '../../../base/exit-codes.ts';
import { Fault, isFault } from '../../../base/fault.ts';
import { GRAFANA_KINDS, KIND_NAMES } from '../../../base/grafana-objects.ts';
import { type Json, type JsonObject, stableJson } from '../../../base/json.ts';
import type { Paint } from '../../../base/paint.ts';
import type { Finding } from '../../../domain/grafana/drift.ts';
import { type Action, digestOf, type Plan, planPush } from '../../../domain/grafana/plan.ts';
import type { Outcome } from '../../../run/command.ts';
import type { Context } from '../../../run/context.ts';
import type { Invocation } from '../../../run/invocation.ts';
import { carryOut, type Push, type Result } from './carry-out.ts';
import { isUnseen } from './diff.ts';
import { chosenKinds, type KindLook, type Look, lookAtGrafana } from './look.ts';
import { fillObject, type References, readReferences } from './references.ts';
import { findRoots } from './roots.ts';
import { differenceLines, differenceWords, findingLines, nameOf } from './show-drift.ts';
import { originKey, readWanted, type Wanted } from './wanted.ts';

/** What concerns one object only: the others are still sent. */
const OF_ONE_OBJECT = new Set([
  'grafana object changed meanwhile',
  'grafana object provisioned elsewhere',
  'grafana refused the request',
  'grafana kept something else',
  'grafana version lacks this',
]);

interface Done {
  readonly action: Action;
  readonly result: Result | 'failed';
  readonly fault: Fault | null;
}

export async function pushDashboards(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const files = await readWanted(ctx, await findRoots(ctx, invocation));
  const references = await readReferences(ctx, files);
  const grafana = await ctx.openGrafana(invocation.text('url'));
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
  return answer(ctx, look, plan, findings, done);
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

function answer(ctx: Context, look: Look, plan: Plan, findings: readonly Finding[], done: readonly Done[]): Outcome {
  const lacking = look.kinds.filter((kind) => kind.state === 'not on this version' && isUnseen(kind));
  const summary = summarize(ctx.run.isDryRun, look, plan, lacking, done);
  const report: JsonObject = {
    schema: 'mdops.dashboards-push/1',
    url: look.url,
    grafana_version: look.version,
    actions: done.map(({ action, result, fault }) => actionDocument(action, findings, result, fault)),
    blocked: plan.blocked.map(({ kind, id, title, held }) => ({ kind, id, title, reason: held?.lockedBy ?? '' })),
    left: plan.left.map(({ kind, id, title }) => ({ kind, id, title })),
    not_on_this_version: lacking.map(({ kind }) => kind),
    summary,
  };
  const exit = judge(plan, lacking, done);
  return { exit, summary, report, view: (paint) => lines(ctx, plan, findings, lacking, done, summary, exit, paint) };
}

function judge(plan: Plan, lacking: readonly KindLook[], done: readonly Done[]): ExitCode {
  const failed = done.filter(({ fault }) => fault !== null);
  if (failed.length > 0) {
    const isAllRefused = failed.length === done.length && failed.every(({ fault }) => fault?.exit === EXIT.refused);
    return isAllRefused ? EXIT.refused : EXIT.critical;
  }
  return plan.blocked.length > 0 || lacking.length > 0 ? EXIT.warning : EXIT.ok;
}

function summarize(
  isDryRun: boolean,
  { url }: Look,
  plan: Plan,
  lacking: readonly KindLook[],
  done: readonly Done[],
): string {
  const good = done.filter(({ result }) => result !== 'failed');
  const parts = (['create', 'update', 'remove'] as const).flatMap((verb) => {
    const count = good.filter(({ action }) => action.verb === verb).length;
    return count === 0 ? [] : [`${count} ${isDryRun ? `to ${verb}` : PAST[verb]}`];
  });
  const failed = done.length - good.length;
  return [
    `${url}: ${parts.length === 0 ? (failed === 0 ? 'nothing to send' : 'nothing was changed') : parts.join(', ')}`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(plan.blocked.length === 0 ? [] : [`${plan.blocked.length} provisioned elsewhere`]),
    ...(plan.left.length === 0 ? [] : [`${plan.left.length} not in the files left alone`]),
    ...(lacking.length === 0
      ? []
      : [`not on this version: ${lacking.map(({ kind }) => KIND_NAMES[kind][1]).join(', ')}`]),
  ].join('; ');
}

const PAST = { create: 'created', update: 'updated', remove: 'removed' } as const;

function actionDocument(
  { verb, kind, id, title }: Action,
  findings: readonly Finding[],
  result: string,
  fault: Fault | null,
): JsonObject {
  const finding = findings.find((one) => one.kind === kind && one.id === id);
  return {
    verb,
    kind,
    id,
    title,
    paths: finding?.differences.map(({ path }) => path) ?? [],
    result,
    ...(fault === null ? {} : { error: { code: fault.code, message: fault.message, hint: fault.hint ?? '' } }),
  };
}

function lines(
  ctx: Context,
  plan: Plan,
  findings: readonly Finding[],
  lacking: readonly KindLook[],
  done: readonly Done[],
  summary: string,
  exit: ExitCode,
  paint: Paint,
): string[] {
  const told = done.flatMap(({ action, result, fault }) => {
    const words =
      ctx.run.isDryRun && result === 'done' ? `would ${action.verb}` : result === 'done' ? PAST[action.verb] : result;
    const finding = findings.find((one) => one.kind === action.kind && one.id === action.id);
    const line = `${fault === null ? paint.good('✓') : paint.bad('✗')} ${nameOf(action.kind, action.title)}: ${fault === null ? words : fault.message}`;
    const hint = fault?.hint === undefined ? [] : [paint.faint(`    ${fault.hint}`)];
    return [line, ...hint, ...differenceLines(finding?.differences ?? [], paint)];
  });
  const blocked = plan.blocked.flatMap((finding) => findingLines(finding, paint));
  const left = plan.left.map(({ kind, title }) =>
    paint.faint(`+ ${nameOf(kind, title)}: not in the files, left alone; --prune removes it`),
  );
  const old = lacking.map(
    (look) =>
      `${paint.bad('?')} ${KIND_NAMES[look.kind][1]}: ${look.state}${look.state === 'looked' ? '' : `: ${look.reason}`}`,
  );
  const colour = exit === EXIT.ok ? paint.good : exit === EXIT.warning ? paint.warn : paint.bad;
  return [...told, ...blocked, ...left, ...old, colour(summary)];
}
