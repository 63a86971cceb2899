// Where platforms lie, and which one is meant.

import { dirname, join } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { nearest } from '../../base/nearest.ts';
import type { Context } from '../../run/context.ts';

type Ctx = Pick<Context, 'files' | 'environment' | 'programDirectory'>;

const FOLDER = 'config/platforms';

/** Where config/ and runbooks/ lie: the working directory when it has them, else the installation. */
export async function homeDirectory({ files, environment, programDirectory }: Ctx): Promise<string> {
  const here = await files.info(join(environment.cwd, FOLDER));
  return here?.kind === 'directory' ? environment.cwd : dirname(programDirectory);
}

/** Names of all platforms: every directory with a catalogue is one. */
export async function platformNames(ctx: Ctx): Promise<string[]> {
  const folder = join(await homeDirectory(ctx), FOLDER);
  const names: string[] = [];
  for (const name of await ctx.files.list(folder)) {
    if ((await ctx.files.info(join(folder, name, 'catalogue.yml'))) !== null) names.push(name);
  }
  return names.sort();
}

export async function allPlatformDirectories(ctx: Ctx): Promise<string[]> {
  const home = await homeDirectory(ctx);
  return (await platformNames(ctx)).map((name) => join(home, FOLDER, name));
}

export async function platformDirectory(ctx: Ctx, name: string): Promise<string> {
  const names = await platformNames(ctx);
  if (names.includes(name)) return join(await homeDirectory(ctx), FOLDER, name);
  throw unknownPlatform(name, names);
}

/** `lacking`: what a platform must have to count here. */
export function unknownPlatform(name: string, known: readonly string[], lacking = ''): Fault {
  const near = nearest(name, known);
  const others = known.length === 0 ? 'there are none' : `there are ${known.join(', ')}`;
  const what = lacking === '' ? '' : ` with ${lacking}`;
  return new Fault('platform unknown', `Cannot work on the platform "${name}": there is no ${FOLDER}/${name}${what}`, {
    exit: EXIT.usage,
    hint: near === undefined ? others : `did you mean ${near}?`,
  });
}
