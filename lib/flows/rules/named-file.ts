// A file that somebody named on the command line: it is there, or that is said before anything else.

import { resolve } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { Context } from '../../run/context.ts';

/** Its full path. */
export async function namedFile(
  { files, environment }: Pick<Context, 'files' | 'environment'>,
  flag: string,
  name: string,
): Promise<string> {
  const path = resolve(environment.cwd, name);
  if ((await files.info(path, { follow: true }))?.kind === 'file') return path;
  throw new Fault('file not found', `Cannot read "${name}" of --${flag}: there is no such file`, {
    exit: EXIT.usage,
    hint: `name a file, or leave --${flag} out`,
  });
}
