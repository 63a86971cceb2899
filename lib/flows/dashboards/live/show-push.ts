// What a push did, or would do, in words and as a document.

import { EXIT, type ExitCode } from '../../../base/exit-codes.ts';
import type { Fault } from '../../../base/fault.ts';
import { type GrafanaKind, KIND_NAMES } from '../../../base/grafana-objects.ts';
import type { JsonObject } from '../../../base/json.ts';
import type { Paint } from '../../../base/paint.ts';
import type { Finding, UnknownValue } from '../../../domain/grafana/drift.ts';
import type { Action, Plan } from '../../../domain/grafana/plan.ts';
import type { Outcome } from '../../../run/command.ts';
import type { Result } from './carry-out.ts';
import type { KindLook, Look } from './look.ts';
import { differenceLines, findingLines, nameOf, unknownLine } from './show-drift.ts';

export interface Done {
  readonly action: Action;
  readonly result: Result | 'failed';
  readonly fault: Fault | null;
}

export interface Pushed {
  readonly look: Look;
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  readonly done: readonly Done[];
  readonly isDryRun: boolean;
}

export function pushOutcome(pushed: Pushed): Outcome {
  const { look, plan, findings, done } = pushed;
  const summary = summarize(pushed);
  const exit = judge(pushed);
  const report: JsonObject = {
    schema: 'mdops.dashboards-push/1',
    url: look.url,
    grafana_version: look.version,
    actions: done.map((one) => actionDocument(one, findings)),
    blocked: plan.blocked.map(({ kind, id, title, held }) => ({ kind, id, title, reason: held?.lockedBy ?? '' })),
    left: plan.left.map(({ kind, id, title }) => ({ kind, id, title })),
    not_on_this_version: lackingOf(look).map(({ kind }) => kind),
    unknown: unknownOf(look).map(({ kind, id, path, why }) => ({ kind, id, path, why })),
    summary,
  };
  return { exit, summary, report, view: (paint) => lines(pushed, summary, exit, paint) };
}

function judge({ look, plan, done }: Pushed): ExitCode {
  const failed = done.filter(({ fault }) => fault !== null);
  if (failed.length > 0) {
    const isAllRefused = failed.length === done.length && failed.every(({ fault }) => fault?.exit === EXIT.refused);
    return isAllRefused ? EXIT.refused : EXIT.critical;
  }
  const isPartial = plan.blocked.length + lackingOf(look).length + unknownOf(look).length > 0;
  return isPartial ? EXIT.warning : EXIT.ok;
}

/** Kinds that the files want something of, and that the server has not. */
function lackingOf({ kinds }: Look): readonly Exclude<KindLook, { state: 'looked' }>[] {
  return kinds.flatMap((look) => (look.state === 'not on this version' && look.wanted > 0 ? [look] : []));
}

/** Of objects that are as they should be, as far as this machine can tell. */
function unknownOf({ kinds }: Look): readonly (UnknownValue & { readonly kind: GrafanaKind })[] {
  return kinds.flatMap((look) =>
    look.state === 'looked' ? look.drift.unknown.map((one) => ({ kind: look.kind, ...one })) : [],
  );
}

function summarize({ look, plan, done, isDryRun }: Pushed): string {
  const good = done.filter(({ result }) => result !== 'failed');
  const parts = (['create', 'update', 'remove'] as const).flatMap((verb) => {
    const count = good.filter(({ action }) => action.verb === verb).length;
    return count === 0 ? [] : [`${count} ${isDryRun ? `to ${verb}` : PAST[verb]}`];
  });
  const failed = done.length - good.length;
  const nothing = failed === 0 ? 'nothing to send' : 'nothing was changed';
  const lacking = lackingOf(look).map(({ kind }) => KIND_NAMES[kind][1]);
  return [
    `${look.url}: ${parts.length === 0 ? nothing : parts.join(', ')}`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(plan.blocked.length === 0 ? [] : [`${plan.blocked.length} provisioned elsewhere`]),
    ...(plan.left.length === 0 ? [] : [`${plan.left.length} not in the files left alone`]),
    ...(unknownOf(look).length === 0 ? [] : ['not everything could be compared']),
    ...(lacking.length === 0 ? [] : [`not on this version: ${lacking.join(', ')}`]),
  ].join('; ');
}

const PAST = { create: 'created', update: 'updated', remove: 'removed' } as const;

function actionDocument({ action, result, fault }: Done, findings: readonly Finding[]): JsonObject {
  const { verb, kind, id, title } = action;
  return {
    verb,
    kind,
    id,
    title,
    paths: findingOf(action, findings)?.differences.map(({ path }) => path) ?? [],
    result,
    ...(fault === null ? {} : { error: { code: fault.code, message: fault.message, hint: fault.hint ?? '' } }),
  };
}

function findingOf({ kind, id }: Action, findings: readonly Finding[]): Finding | undefined {
  return findings.find((one) => one.kind === kind && one.id === id);
}

function lines(pushed: Pushed, summary: string, exit: ExitCode, paint: Paint): string[] {
  const { look, plan, done } = pushed;
  const colour = exit === EXIT.ok ? paint.good : exit === EXIT.warning ? paint.warn : paint.bad;
  return [
    ...done.flatMap((one) => doneLines(one, pushed, paint)),
    ...plan.blocked.flatMap((finding) => findingLines(finding, paint)),
    ...plan.left.map(({ kind, title }) =>
      paint.faint(`+ ${nameOf(kind, title)}: not in the files, left alone; --prune removes it`),
    ),
    ...unknownOf(look).map((one) => unknownLine(one.kind, one, paint)),
    ...lackingOf(look).map(
      ({ kind, state, reason }) => `${paint.bad('?')} ${KIND_NAMES[kind][1]}: ${state}: ${reason}`,
    ),
    colour(summary),
  ];
}

function doneLines({ action, result, fault }: Done, { findings, isDryRun }: Pushed, paint: Paint): string[] {
  const name = nameOf(action.kind, action.title);
  const differences = differenceLines(findingOf(action, findings)?.differences ?? [], paint);
  if (fault !== null) {
    const hint = fault.hint === undefined ? [] : [paint.faint(`    ${fault.hint}`)];
    return [`${paint.bad('✗')} ${name}: ${fault.message}`, ...hint];
  }
  const word = result !== 'done' ? result : isDryRun ? `would ${action.verb}` : PAST[action.verb];
  return [`${paint.good('✓')} ${name}: ${word}`, ...differences];
}
