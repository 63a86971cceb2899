// The directories that hold what a Grafana should have: of all platforms, of one, or those named.

import { basename, dirname, join, resolve } from 'node:path';
import { EXIT } from '../../../base/exit-codes.ts';
import { Fault } from '../../../base/fault.ts';
import type { Context } from '../../../run/context.ts';
import type { Invocation } from '../../../run/invocation.ts';
import { unknownPlatform } from '../../rules/platforms.ts';

export type FilesContext = Pick<Context, 'files' | 'environment' | 'programDirectory'>;

export interface Root {
  readonly platform: string;
  /** Holds `dashboards/` and `provisioning/`. */
  readonly directory: string;
  /** Only this dashboard of it. */
  readonly onlyFile: string | null;
}

const PLATFORMS = 'config/platforms';

export async function findRoots(ctx: FilesContext, invocation: Invocation): Promise<Root[]> {
  const platform = invocation.text('platform');
  if (invocation.args.length > 0) {
    return Promise.all(invocation.args.map((path) => rootAt(ctx, resolve(ctx.environment.cwd, path), platform)));
  }
  const home = await platformsDirectory(ctx);
  const names = await ctx.files.list(home);
  const known: string[] = [];
  for (const name of names) if (await isDirectory(ctx, join(home, name, 'grafana'))) known.push(name);
  if (platform !== undefined && !known.includes(platform))
    throw unknownPlatform(platform, known, 'a grafana directory');
  const chosen = platform === undefined ? known : [platform];
  if (chosen.length === 0) {
    throw new Fault('dashboards not found', `Cannot find dashboards: nothing in "${home}" has a grafana directory`, {
      exit: EXIT.usage,
      hint: 'name a directory that holds dashboards/ and provisioning/',
    });
  }
  return chosen.map((name) => ({ platform: name, directory: join(home, name, 'grafana'), onlyFile: null }));
}

/** Where an export goes: the platform need not be there yet. */
export async function exportRoot(ctx: FilesContext, invocation: Invocation): Promise<Root> {
  const platform = invocation.text('platform');
  const [path, second] = invocation.args;
  if (second !== undefined) throw wantsOne('an export goes to one directory');
  if (path !== undefined) {
    const directory = resolve(ctx.environment.cwd, path);
    return { platform: platform ?? platformOf(directory), directory, onlyFile: null };
  }
  if (platform === undefined) throw wantsOne('an export wants to know where it goes');
  return { platform, directory: join(await platformsDirectory(ctx), platform, 'grafana'), onlyFile: null };
}

function wantsOne(message: string): Fault {
  return new Fault('usage', message, { exit: EXIT.usage, hint: 'give --platform NAME, or one PATH' });
}

async function rootAt(ctx: FilesContext, path: string, platform: string | undefined): Promise<Root> {
  const info = await ctx.files.info(path, { follow: true });
  if (info === null) {
    throw new Fault('dashboards not found', `Cannot read dashboards from "${path}": it does not exist`, {
      exit: EXIT.usage,
      hint: 'name a directory that holds dashboards/ and provisioning/, or a dashboard in it',
    });
  }
  if (info.kind === 'directory') {
    const inner = join(path, 'grafana');
    const directory = (await isDirectory(ctx, inner)) ? inner : path;
    if (
      !(await isDirectory(ctx, join(directory, 'dashboards'))) &&
      !(await isDirectory(ctx, join(directory, 'provisioning')))
    ) {
      throw new Fault('dashboards not found', `"${path}" holds neither dashboards/ nor provisioning/`, {
        exit: EXIT.usage,
        hint: 'name the directory above them: config/platforms/NAME/grafana',
      });
    }
    return { platform: platform ?? platformOf(directory), directory, onlyFile: null };
  }
  for (let at = dirname(path); at !== dirname(at); at = dirname(at)) {
    if (basename(at) !== 'dashboards') continue;
    return { platform: platform ?? platformOf(dirname(at)), directory: dirname(at), onlyFile: path };
  }
  throw new Fault('dashboards not found', `"${path}" lies below no directory named dashboards`, {
    exit: EXIT.usage,
    hint: 'its folder is told by its place: …/dashboards/FOLDER/NAME.json',
  });
}

function platformOf(directory: string): string {
  return basename(directory) === 'grafana' ? basename(dirname(directory)) : basename(directory);
}

async function platformsDirectory(ctx: FilesContext): Promise<string> {
  const here = join(ctx.environment.cwd, PLATFORMS);
  return (await isDirectory(ctx, here)) || !(await isDirectory(ctx, join(dirname(ctx.programDirectory), PLATFORMS)))
    ? here
    : join(dirname(ctx.programDirectory), PLATFORMS);
}

async function isDirectory({ files }: FilesContext, path: string): Promise<boolean> {
  return (await files.info(path, { follow: true }))?.kind === 'directory';
}
