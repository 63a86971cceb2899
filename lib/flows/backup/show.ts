// Backups as people read them, and the one that they mean.

import { resolve } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { Context } from '../../run/context.ts';
import type { BackupFile, Backups } from '../../services/backup/backups.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1_024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power] ?? ''}`;
}

/** A path, a file name, or (the beginning or end of) the id in it; the newest one when none is named. */
export async function findBackup(
  { files, environment }: Pick<Context, 'files' | 'environment'>,
  backups: Backups,
  typed: string | undefined,
): Promise<Pick<BackupFile, 'name' | 'path'>> {
  const path = typed === undefined ? null : resolve(environment.cwd, typed);
  if (path !== null && (await files.info(path))?.kind === 'file') return { name: typed ?? '', path };
  const all = await backups.list();
  const found = typed === undefined ? all.slice(0, 1) : all.filter(({ name }) => name.includes(typed));
  const [only, second] = found;
  if (only !== undefined && second === undefined) return only;
  const problem = second === undefined ? 'there is none' : `${found.length} are named like this`;
  throw new Fault(
    'backup not found',
    `Cannot find ${typed === undefined ? 'a backup' : `backup "${typed}"`}: ${problem}`,
    {
      exit: EXIT.usage,
      hint: `mdops backup list shows what is in ${backups.directory}; --dir names another place`,
    },
  );
}
