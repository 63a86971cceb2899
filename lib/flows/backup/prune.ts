// `backup prune`: old backups go; whole ones are counted, damaged ones are left to a person.

import { formatBytes } from '../../base/bytes.ts';
import { count } from '../../base/count.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { type PrunePlan, type PruneRule, planPrune } from '../../domain/backup/plan-prune.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import type { Backups } from '../../services/backup/backups.ts';
import { type LookedAt, lookAtAll } from './list.ts';

const DAY_MS = 86_400_000;

type Ctx = Pick<Context, 'clock' | 'person' | 'progress' | 'run' | 'signal' | 'steps'>;

export async function pruneBackups(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const rule = readRule(invocation);
  if (rule === null) {
    throw new Fault('usage', 'backup prune wants --keep N or --keep-days N', {
      exit: EXIT.usage,
      hint: 'mdops backup prune --keep 14 -n shows what would go',
    });
  }
  const backups = await ctx.openBackups();
  const plan = await planFor(ctx, backups, rule);
  if (plan.remove.length > 0) {
    await ctx.person.confirm({
      action: `Remove ${count(plan.remove.length, 'backup')} from ${backups.directory}`,
      flag: '--yes',
    });
  }
  await removeAll(ctx, backups, plan);
  const summary = summaryOf(ctx, plan);
  return {
    exit: plan.damaged.length > 0 ? EXIT.warning : EXIT.ok,
    summary,
    report: { schema: 'mdops.backup-prune/1', ...pruneDocument(plan) },
    view: (paint) => [
      ...plan.remove.map(({ name }) => `- ${name}`),
      ...plan.damaged.map(({ name }) => paint.warn(`! ${name} is damaged and left where it is`)),
      summary,
    ],
  };
}

/** Null when neither half of it is given. */
export function readRule(invocation: Invocation): PruneRule | null {
  const keep = invocation.number('keep') ?? null;
  const days = invocation.number('keep-days') ?? null;
  return keep === null && days === null ? null : { keep, keepMs: days === null ? null : days * DAY_MS };
}

/** For a caller that was told to prune and has been agreed to. */
export async function pruneBy(ctx: Ctx, backups: Backups, rule: PruneRule): Promise<Pruned> {
  const plan = await planFor(ctx, backups, rule);
  await removeAll(ctx, backups, plan);
  return { summary: summaryOf(ctx, plan), document: pruneDocument(plan) };
}

export interface Pruned {
  readonly summary: string;
  readonly document: JsonObject;
}

async function planFor(ctx: Ctx, backups: Backups, rule: PruneRule): Promise<PrunePlan<LookedAt>> {
  // Several hosts may share a directory: each looks after its own.
  const own = (await lookAtAll(ctx, backups)).filter(({ verified: { manifest } }) => {
    return manifest === null || (manifest.host === backups.host && manifest.profile === ctx.run.environment);
  });
  return planPrune(own, rule, ctx.clock.wallMs());
}

/** The oldest first: whatever ends it early has left the newer ones. */
async function removeAll({ steps }: Ctx, backups: Backups, { remove }: PrunePlan<LookedAt>): Promise<void> {
  for (const { name, path } of [...remove].reverse()) {
    await steps.run({
      name: `remove ${name}`,
      kind: 'idempotent',
      act: async () => {
        await backups.remove(path);
        return null;
      },
    });
  }
}

function summaryOf({ run }: Ctx, { remove, keep }: PrunePlan<LookedAt>): string {
  const would = run.isDryRun ? 'would remove' : 'removed';
  return `${would} ${count(remove.length, 'backup')} (${formatBytes(bytesOf(remove))}), ${keep.length} kept`;
}

function pruneDocument({ remove, keep, damaged }: PrunePlan<LookedAt>): JsonObject {
  return { removed: names(remove), kept: names(keep), damaged: names(damaged), freed_bytes: bytesOf(remove) };
}

function bytesOf(found: readonly LookedAt[]): number {
  return found.reduce((sum, { size }) => sum + size, 0);
}

function names(found: readonly LookedAt[]): string[] {
  return found.map(({ name }) => name);
}
