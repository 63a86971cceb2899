// `backup prune`: old backups go; whole ones are counted, damaged ones are left to a person.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { planPrune } from '../../domain/backup/plan-prune.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import { type LookedAt, lookAtAll } from './list.ts';
import { formatBytes } from './show.ts';

const DAY_MS = 86_400_000;

export async function pruneBackups(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const keep = invocation.number('keep') ?? null;
  const days = invocation.number('keep-days') ?? null;
  if (keep === null && days === null) {
    throw new Fault('usage', 'backup prune wants --keep N or --keep-days N', {
      exit: EXIT.usage,
      hint: 'mdops backup prune --keep 14 -n shows what would go',
    });
  }
  const backups = await ctx.openBackups();
  // Several hosts may share a directory: each looks after its own.
  const own = (await lookAtAll(ctx, backups)).filter(({ verified: { manifest } }) => {
    return manifest === null || (manifest.host === backups.host && manifest.profile === ctx.run.environment);
  });
  const rule = { keep, keepMs: days === null ? null : days * DAY_MS };
  const plan = planPrune(own, rule, ctx.clock.wallMs());
  const freed = plan.remove.reduce((sum, { size }) => sum + size, 0);
  const count = `${plan.remove.length} ${plan.remove.length === 1 ? 'backup' : 'backups'}`;
  if (plan.remove.length > 0) {
    await ctx.person.confirm({ action: `Remove ${count} from ${backups.directory}`, flag: '--yes' });
  }
  for (const { name, path } of [...plan.remove].reverse()) {
    await ctx.steps.run({
      name: `remove ${name}`,
      kind: 'idempotent',
      act: async () => {
        await backups.remove(path);
        return null;
      },
    });
  }
  const would = ctx.run.isDryRun ? 'would remove' : 'removed';
  const summary = `${would} ${count} (${formatBytes(freed)}), ${plan.keep.length} kept`;
  return {
    exit: plan.damaged.length > 0 ? EXIT.warning : EXIT.ok,
    summary,
    report: {
      schema: 'mdops.backup-prune/1',
      removed: names(plan.remove),
      kept: names(plan.keep),
      damaged: names(plan.damaged),
      freed_bytes: freed,
    },
    view: (paint) => [
      ...plan.remove.map(({ name }) => `- ${name}`),
      ...plan.damaged.map(({ name }) => paint.warn(`! ${name} is damaged and left where it is`)),
      summary,
    ],
  };
}

function names(found: readonly LookedAt[]): string[] {
  return found.map(({ name }) => name);
}
