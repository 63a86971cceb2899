// `backup list`: what there is, how old, and whether it is whole: every archive is read to its end.

import { formatBytes } from '../../base/bytes.ts';
import { count } from '../../base/count.ts';
import { formatDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { describeError } from '../../base/fault.ts';
import type { Paint } from '../../base/paint.ts';
import { oneLine } from '../../base/sanitize.ts';
import { tableLines } from '../../base/table.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { BackupFile, Backups } from '../../services/backup/backups.ts';
import type { Verified } from '../../services/backup/read-archive.ts';

export interface LookedAt extends BackupFile {
  readonly verified: Verified;
  readonly isWhole: boolean;
  readonly createdMs: number;
}

export async function listBackups(ctx: Context): Promise<Outcome> {
  const backups = await ctx.openBackups();
  const found = await lookAtAll(ctx, backups);
  const nowMs = ctx.clock.wallMs();
  const damaged = found.filter(({ isWhole }) => !isWhole);
  const summary =
    found.length === 0
      ? `no backup in ${backups.directory}`
      : damaged.length === 0
        ? `${count(found.length, 'backup')}, all whole`
        : `${damaged.length} of ${found.length} backups cannot be restored`;
  return {
    exit: damaged.length > 0 ? EXIT.critical : found.length === 0 ? EXIT.warning : EXIT.ok,
    summary,
    report: {
      schema: 'mdops.backups/1',
      directory: backups.directory,
      backups: found.map(({ name, path, size, isWhole, createdMs, verified }) => ({
        name,
        path,
        size,
        verified: isWhole,
        created: new Date(createdMs).toISOString(),
        age_seconds: Math.max(0, Math.round((nowMs - createdMs) / 1_000)),
        damage: damageOf(verified).map(ctx.redact),
        host: verified.manifest?.host ?? null,
        profile: verified.manifest?.profile ?? null,
        version: verified.manifest?.version ?? null,
        files: verified.manifest?.files.length ?? null,
        remarks: [...(verified.manifest?.remarks ?? [])],
      })),
    },
    ...(found.length === 0 ? {} : { view: (paint) => [...rows(found, nowMs, paint), '', summary] }),
  };
}

/** Newest first. */
export async function lookAtAll(
  ctx: Pick<Context, 'clock' | 'progress' | 'signal'>,
  backups: Backups,
): Promise<LookedAt[]> {
  const found: LookedAt[] = [];
  for (const file of await backups.list()) {
    await ctx.clock.sleep(0, ctx.signal);
    ctx.progress.update(`reading ${file.name}`);
    const verified = await backups.verify(file.path).catch((error: unknown): Verified => {
      const damage = [describeError(error)];
      return { size: file.size, manifest: null, damage, isNewer: false, isForeign: false };
    });
    const isWhole = verified.manifest !== null && verified.damage.length === 0;
    const createdMs = verified.manifest === null ? file.modifiedMs : verified.manifest.created_s * 1_000;
    found.push({ ...file, verified, isWhole, createdMs });
  }
  return found.sort((a, b) => b.createdMs - a.createdMs);
}

export function damageOf({ damage, isNewer, isForeign }: Verified): readonly string[] {
  if (isNewer) return ['it was written by a newer mdops'];
  return isForeign ? ['it is no backup of mdops', ...damage] : damage;
}

function rows(found: readonly LookedAt[], nowMs: number, paint: Paint): string[] {
  const columns = [
    { title: 'BACKUP' },
    { title: 'AGE', align: 'right' as const },
    { title: 'SIZE', align: 'right' as const },
    { title: 'FILES', align: 'right' as const },
    { title: 'OF' },
    { title: 'VERIFIED' },
  ];
  return tableLines(
    columns,
    found.map(({ name, createdMs, size, verified, isWhole }) => [
      name,
      formatDuration(Math.max(0, nowMs - createdMs)),
      formatBytes(size),
      String(verified.manifest?.files.length ?? '–'),
      verified.manifest === null ? '–' : oneLine(`${verified.manifest.host}, ${verified.manifest.profile}`, 40),
      isWhole ? paint.good('whole') : paint.bad(oneLine(damageOf(verified)[0] ?? 'unreadable', 100)),
    ]),
  );
}
