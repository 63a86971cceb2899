// `backup create`: one archive, read back before it counts.

import { dirname } from 'node:path';
import { formatBytes } from '../../base/bytes.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault, isFault, systemCode } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { METRIC } from '../../base/metric-names.ts';
import { formatInZone } from '../../base/zoned-time.ts';
import type { Part } from '../../domain/backup/manifest.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import type { Backups } from '../../services/backup/backups.ts';
import { chosenParts, gather } from './gather.ts';
import { type Pruned, pruneBy, readRule } from './prune.ts';

// They go into a journal record, which has a bound; the archive has all of them.
const MOST_REMARKS = 100;

interface Written {
  readonly path: string;
  readonly size: number;
  readonly files: number;
  readonly remarks: readonly string[];
}

export async function createBackup(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const backups = await ctx.openBackups();
  const parts = chosenParts(ctx, invocation.texts('part'));
  const rule = readRule(invocation);
  // Agreed to before there is anything to wait for.
  if (rule !== null) {
    await ctx.person.confirm({ action: `Remove old backups from ${backups.directory} after this one`, flag: '--yes' });
  }
  const written = await writeIt(ctx, backups, parts);
  if (await backups.isBesideState()) {
    const message = `${backups.directory} lies on the disk of the state directory: copy backups to another one`;
    ctx.log.event('message', message, { level: 'warn' });
  }
  return conclude(ctx, written, parts, rule === null ? null : await pruneBy(ctx, backups, rule));
}

async function writeIt(ctx: Context, backups: Backups, parts: readonly Part[]): Promise<Written> {
  const value = await ctx.steps.run({
    name: 'write backup',
    kind: 'idempotent',
    input: { parts: [...parts], directory: backups.directory },
    act: async () => ({ ...(await write(ctx, backups, parts)) }),
  });
  const written = value as unknown as Written;
  await ctx.steps.run({
    name: 'verify backup',
    kind: 'idempotent',
    act: async () => verify(backups, written.path),
  });
  ctx.metrics.set(METRIC.backupLastSuccess, ctx.clock.wallMs() / 1_000, {});
  ctx.metrics.set(METRIC.backupSize, written.size, {});
  return written;
}

function conclude(ctx: Context, written: Written, parts: readonly Part[], pruned: Pruned | null): Outcome {
  const { path, size, files, remarks } = written;
  const { isDryRun } = ctx.run;
  const what = `${files} files (${formatBytes(size)})`;
  const summary = isDryRun
    ? `would write ${what} to ${dirname(path)}`
    : `backup of ${what} written and read back: ${path}`;
  return {
    exit: remarks.length === 0 ? EXIT.ok : EXIT.warning,
    summary,
    report: {
      schema: 'mdops.backup-created/1',
      planned: isDryRun,
      path,
      size,
      files,
      parts: [...parts],
      remarks: [...remarks],
      pruned: pruned?.document ?? null,
    },
    view: (paint) => [
      ...remarks.map((remark) => paint.warn(`! ${ctx.redact(remark)}`)),
      summary,
      ...(pruned === null ? [] : [pruned.summary]),
    ],
  };
}

async function write(ctx: Context, backups: Backups, parts: readonly Part[]): Promise<Written> {
  const nowMs = ctx.clock.wallMs();
  const { path, writer } = await backups.open(Math.floor(nowMs / 1_000));
  const remarks: string[] = [];
  try {
    for (const part of parts) await gather(part, { ctx, backups, sink: writer, remarks });
    const size = await writer.finish({
      run_id: ctx.run.id,
      created_at: formatInZone(nowMs, ctx.config.timezone),
      version: ctx.version,
      host: backups.host,
      profile: ctx.run.environment,
      operator: ctx.run.operator,
      state_dir: ctx.config.paths.stateDir,
      remarks: remarks.map(ctx.redact),
    });
    return { path, size, files: writer.files.length, remarks: remarks.slice(0, MOST_REMARKS) };
  } catch (error) {
    await writer.abandon();
    ctx.signal.throwIfAborted();
    throw isFault(error) || systemCode(error) === undefined ? error : backups.notWritten(path, error);
  }
}

async function verify(backups: Backups, path: string): Promise<JsonObject> {
  const { damage, manifest } = await backups.verify(path);
  if (damage.length === 0 && manifest !== null) return { files: manifest.files.length };
  throw new Fault('backup not whole', `The backup "${path}" was written and is not whole: ${damage.join('; ')}`, {
    exit: EXIT.critical,
    hint: 'look at that disk; earlier backups are as they were (mdops backup list)',
  });
}
