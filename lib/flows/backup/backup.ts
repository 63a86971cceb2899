// `backup`: which verb does what.

import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import { createBackup } from './create.ts';
import { listBackups } from './list.ts';
import { pruneBackups } from './prune.ts';
import { restoreBackup } from './restore.ts';

const VERBS = { create: createBackup, restore: restoreBackup, list: listBackups, prune: pruneBackups } satisfies Record<
  string,
  (ctx: Context, invocation: Invocation) => Promise<Outcome>
>;

export async function tendBackups(ctx: Context, invocation: Invocation): Promise<Outcome> {
  return VERBS[(invocation.verb ?? 'list') as keyof typeof VERBS](ctx, invocation);
}
