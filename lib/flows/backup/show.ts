// The backup that somebody means.

import { resolve } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { Context } from '../../run/context.ts';
import type { BackupFile, Backups } from '../../services/backup/backups.ts';

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
