// The platforms under config/platforms and their dashboard files.

import { join, relative } from 'node:path';
import type { SpecProblem } from '../../domain/dashboards/fields.ts';
import { readSpec } from '../../domain/dashboards/read-spec.ts';
import type { DashboardSpec } from '../../domain/dashboards/spec.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import { homeDirectory, unknownPlatform } from '../rules/platforms.ts';

export type DashboardsContext = Pick<
  Context,
  'files' | 'environment' | 'programDirectory' | 'config' | 'signal' | 'clock' | 'progress'
>;

export interface Platform {
  readonly name: string;
  /** config/platforms/<name> */
  readonly directory: string;
}

export interface SpecFile {
  readonly file: string;
  /** The file's name without its ending, the JSON's name too. */
  readonly base: string;
  readonly platform: string;
  readonly spec: DashboardSpec;
  readonly problems: readonly SpecProblem[];
}

const ROOT = 'config/platforms';
const YAML = /\.ya?ml$/;

/** The platform that --platform names; without it, every one that has dashboards. */
export async function findPlatforms(ctx: DashboardsContext, invocation: Invocation): Promise<Platform[]> {
  const root = join(await homeDirectory(ctx), ROOT);
  const known: string[] = [];
  for (const name of await ctx.files.list(root)) {
    const places = ['dashboards', 'grafana/dashboards'].map((place) => ctx.files.info(join(root, name, place)));
    if ((await Promise.all(places)).some((place) => place?.kind === 'directory')) known.push(name);
  }
  const name = invocation.text('platform');
  if (name === undefined) return known.map((one) => ({ name: one, directory: join(root, one) }));
  if (!known.includes(name)) throw unknownPlatform(name, known, 'dashboards');
  return [{ name, directory: join(root, name) }];
}

export async function readSpecs(ctx: DashboardsContext, { name: platform, directory }: Platform): Promise<SpecFile[]> {
  const folder = join(directory, 'dashboards');
  const names = (await ctx.files.list(folder)).filter((name) => YAML.test(name));
  return Promise.all(
    names.map(async (name) => {
      const { spec, problems } = await readSpec(await ctx.files.readText(join(folder, name)));
      return { file: shown(ctx, join(folder, name)), base: name.replace(YAML, ''), platform, spec, problems };
    }),
  );
}

/** As messages show a path. */
export function shown({ environment }: Pick<DashboardsContext, 'environment'>, path: string): string {
  return relative(environment.cwd, path) || path;
}
