// `backup restore`: everything is verified before anything is touched; what is whole and newer stays; nothing that was
// counted is given back.

import { resolve } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Paint } from '../../base/paint.ts';
import { oneLine } from '../../base/sanitize.ts';
import { compareVersions, type Manifest, PARTS, type Part, splitPath } from '../../domain/backup/manifest.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import type { Backups } from '../../services/backup/backups.ts';
import type { RestoreView } from '../../services/backup/restore.ts';
import { findBackup } from './show.ts';

const OTHERS: readonly Part[] = PARTS.filter((part) => part !== 'state');
const MOST_NAMES = 12;

export async function restoreBackup(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const backups = await ctx.openBackups();
  const marker = await backups.pending();
  const before = marker === null ? null : await goOn(ctx, backups, marker);
  if (before?.outcome !== undefined) return before.outcome;
  const { name, path } = await findBackup(ctx, backups, invocation.args[0]);
  ctx.progress.update(`reading ${name}`);
  const manifest = await readWhole(backups, path);
  refuseForeign(ctx, backups, manifest, invocation.texts('force'));
  const view = await backups.lookAt(path, manifest);
  const out = invocation.text('out');
  const others = OTHERS.filter((part) => manifest.files.some((file) => splitPath(file.path)?.part === part));
  const forced = invocation.texts('force');
  const facts = reportOf(path, manifest, view, forced);
  const isIdle = backups.isNothing(view);
  if (!isIdle) {
    const count = view.plan.put.length + view.plan.merge.length;
    await ctx.person.confirm({
      action: `Restore ${count} files into ${ctx.config.paths.stateDir} from ${name}`,
      flag: '--yes',
    });
    await backups.restore(path, manifest, (latest) => reportOf(path, manifest, latest, forced));
  }
  if (out !== undefined) await backups.layOut(path, manifest, others, resolve(ctx.environment.cwd, out));
  return answer(ctx, { view, facts, isIdle, out: out ?? null, others, before: before?.told ?? null });
}

interface Before {
  readonly told: string;
  /** The restore that was begun is the whole answer: it has been finished. */
  readonly outcome?: Outcome;
}

/** A killed restore is finished, or undone when it had touched nothing; then the one that is asked for begins. */
async function goOn(
  ctx: Context,
  backups: Backups,
  marker: NonNullable<Awaited<ReturnType<Backups['pending']>>>,
): Promise<Before> {
  const settled = await backups.settle(marker);
  const did = ctx.run.isDryRun ? { finished: 'would finish', undone: 'would undo' }[settled] : settled;
  const told = `${did} a restore begun by ${oneLine(marker.by)} at ${oneLine(marker.at)}`;
  ctx.log.event('message', told, { level: 'warn' });
  if (settled === 'undone') return { told };
  const report = { schema: 'mdops.backup-restored/1', ...marker.report, resumed: true };
  return { told, outcome: { exit: exitOf(ctx, marker.report), summary: `${told}; runs may begin again`, report } };
}

async function readWhole(backups: Backups, path: string): Promise<Manifest> {
  const verified = await backups.verify(path);
  if (verified.isNewer)
    throw refused('backup newer', `"${path}" was written by a newer mdops`, 'restore it with that one');
  if (verified.isForeign) {
    const hint = 'mdops backup list names the backups; if this is one, its beginning is damaged';
    throw refused('backup foreign', `"${path}" is no backup of mdops: ${verified.damage.join('; ')}`, hint);
  }
  if (verified.manifest !== null && verified.damage.length === 0) return verified.manifest;
  const shown = verified.damage.slice(0, MOST_NAMES).join('; ');
  throw new Fault('backup damaged', `Cannot restore "${path}", nothing was touched: ${shown}`, {
    exit: EXIT.critical,
    hint: 'mdops backup list names those that are whole',
    facts: { damage: verified.damage },
  });
}

function refuseForeign(ctx: Context, backups: Backups, manifest: Manifest, forced: readonly string[]): void {
  if (compareVersions(manifest.version, ctx.version) > 0) {
    throw refused(
      'backup newer',
      `It was written by mdops ${manifest.version}, this is ${ctx.version}`,
      'use that one',
    );
  }
  const { host, profile } = manifest;
  if (host !== backups.host && !forced.includes('host')) {
    const hint = `where that host is gone and this one takes its place: --force host`;
    throw refused('backup foreign', `It is of the host "${oneLine(host)}", this is "${backups.host}"`, hint);
  }
  if (profile !== ctx.run.environment && !forced.includes('profile')) {
    const hint = `--profile ${oneLine(profile)}, or --force profile`;
    throw refused(
      'backup foreign',
      `It is of the profile "${oneLine(profile)}", this is "${ctx.run.environment}"`,
      hint,
    );
  }
  for (const guard of forced) ctx.log.event('guard_forced', `restore: ${guard}`, { level: 'warn', extra: { guard } });
}

function refused(code: string, why: string, hint: string): Fault {
  return new Fault(code, `Cannot restore, nothing was touched. ${why}`, { exit: EXIT.refused, hint });
}

function reportOf(
  path: string,
  manifest: Manifest,
  { plan, isSameLine, damaged }: RestoreView,
  forced: readonly string[],
): JsonObject {
  return {
    archive: path,
    backup_of: manifest.created_at,
    same_line: isSameLine,
    forced: [...forced],
    restored: [...plan.put],
    merged: [...plan.merge],
    renumbered: plan.renumber.map(({ from, to }) => ({ from, to })),
    replaced: [...plan.aside],
    kept: plan.keep.length,
    not_restored: [...plan.gone],
    was_damaged: [...damaged],
    automation_off: !isSameLine && plan.put.length + plan.merge.length + plan.renumber.length > 0,
  };
}

function exitOf({ run }: Pick<Context, 'run'>, report: JsonObject): number {
  return report['automation_off'] === true && !run.isDryRun ? EXIT.warning : EXIT.ok;
}

interface Restored {
  readonly view: RestoreView;
  readonly facts: JsonObject;
  readonly isIdle: boolean;
  readonly out: string | null;
  readonly others: readonly Part[];
  /** What became of a restore that was killed before. */
  readonly before: string | null;
}

function answer(ctx: Context, { view, facts, isIdle, out, others, before }: Restored): Outcome {
  const { plan } = view;
  const { isDryRun } = ctx.run;
  const summary = isIdle
    ? 'nothing is missing or damaged: the state directory stays as it is'
    : `${isDryRun ? 'would restore' : 'restored'} ${plan.put.length} files, merged ${plan.merge.length}, kept ${plan.keep.length}`;
  return {
    exit: isIdle ? EXIT.ok : exitOf(ctx, facts),
    summary,
    report: {
      schema: 'mdops.backup-restored/1',
      planned: isDryRun,
      ...facts,
      laid_out: out,
      other_parts: [...others],
    },
    view: (paint) => [
      ...(before === null ? [] : [before]),
      ...lines(ctx, view, facts, paint),
      ...otherLines(out, others, isDryRun),
      summary,
    ],
  };
}

function* lines(ctx: Context, { plan, damaged }: RestoreView, facts: JsonObject, paint: Paint): Generator<string> {
  const list = (names: readonly string[]): string[] => names.slice(0, MOST_NAMES).map((name) => oneLine(name));
  for (const name of list(plan.put)) yield paint.good(`+ ${name}`);
  if (plan.put.length > MOST_NAMES) yield `  and ${plan.put.length - MOST_NAMES} more`;
  for (const name of list(plan.merge)) yield `= ${name}: the stricter account of both`;
  for (const { from, to } of plan.renumber.slice(0, MOST_NAMES)) yield `> ${oneLine(from)} follows as ${oneLine(to)}`;
  for (const name of list(plan.gone)) yield paint.faint(`  ${name}: over since, not restored`);
  for (const name of list(damaged.filter((path) => !plan.aside.includes(path)))) {
    yield paint.warn(`! ${name} is damaged and the backup has nothing better`);
  }
  if (facts['automation_off'] === true) {
    yield paint.warn('! what was done since the backup is not known: automation is off until somebody turns it on');
    yield '  mdops automation status, mdops failover status; then mdops automation on';
  }
  if (plan.aside.length > 0) yield `what was replaced: ${ctx.config.paths.stateDir}/replaced`;
}

function otherLines(out: string | null, others: readonly Part[], isDryRun: boolean): string[] {
  if (others.length === 0) return [];
  return [
    out === null
      ? `also in it: ${others.join(', ')}; --out DIR writes them for you to put in place`
      : `${others.join(', ')} ${isDryRun ? 'would be written' : 'written'} below ${out}, to be put in place`,
  ];
}
