// `dashboards build`: the dashboard files of each platform → JSON and provisioning, written, compared or printed.

import { dirname, join } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { readBuilt } from '../../domain/dashboards/provisioning.ts';
import { FOLDER_FILE } from '../../domain/grafana/layout.ts';
import type { Outcome } from '../../run/command.ts';
import type { Invocation } from '../../run/invocation.ts';
import { readNamed, refuse, renderNamed } from './named.ts';
import { type DashboardsContext, findPlatforms, type Platform, readSpecs, shown } from './platforms.ts';
import { type RenderedFile, renderPlatform } from './render.ts';

type Change = 'written' | 'removed' | 'missing' | 'differs' | 'has no source';

interface Difference {
  readonly file: string;
  readonly what: Change;
}

export async function buildDashboards(ctx: DashboardsContext, invocation: Invocation): Promise<Outcome> {
  if (invocation.isSet('preview')) return (await import('./preview.ts')).previewDashboards(ctx, invocation);
  if (invocation.args.length > 0) return printDashboards(ctx, invocation);
  const platforms = await findPlatforms(ctx, invocation);
  const sources = await Promise.all(
    platforms.map(async (platform) => ({ platform, files: await readSpecs(ctx, platform) })),
  );
  const all = sources.flatMap(({ files }) => files);
  if (all.some(({ problems }) => problems.length > 0)) return refuse(all);
  const isCheck = invocation.on('compare');
  const differences: Difference[] = [];
  for (const { platform, files } of sources) {
    const rendered = await renderPlatform(platform.name, files);
    differences.push(...(await (isCheck ? compare : write)(ctx, platform, rendered)));
  }
  return answer(all.length, platforms, differences, isCheck);
}

/** Named files are printed: nothing is written. */
async function printDashboards(ctx: DashboardsContext, invocation: Invocation): Promise<Outcome> {
  const files = await Promise.all(invocation.args.map((path) => readNamed(ctx, path)));
  if (files.some(({ problems }) => problems.length > 0)) return refuse(files);
  const texts = await renderNamed(files);
  return {
    exit: EXIT.ok,
    summary: `${files.length} dashboards`,
    report: { schema: 'mdops.dashboards-build/1', dashboards: texts.map((text) => JSON.parse(text)) },
    view: () => texts.flatMap((text) => text.trimEnd().split('\n')),
  };
}

async function write(
  ctx: DashboardsContext,
  platform: Platform,
  rendered: readonly RenderedFile[],
): Promise<Difference[]> {
  const done: Difference[] = [];
  for (const { file, what, text } of await findDifferences(ctx, platform, rendered)) {
    if (text === undefined) await ctx.files.remove(file);
    else {
      await ctx.files.makeDirectory(dirname(file));
      await ctx.files.replace(file, text, { durable: false, mode: 0o644 });
    }
    done.push({ file: shown(ctx, file), what: what === 'has no source' ? 'removed' : 'written' });
  }
  return done;
}

export async function compare(
  ctx: DashboardsContext,
  platform: Platform,
  rendered: readonly RenderedFile[],
): Promise<Difference[]> {
  const found = await findDifferences(ctx, platform, rendered);
  return found.map(({ file, what }) => ({ file: shown(ctx, file), what }));
}

async function findDifferences(
  { files }: DashboardsContext,
  { directory }: Platform,
  rendered: readonly RenderedFile[],
): Promise<(Difference & { text?: string })[]> {
  const found: (Difference & { text?: string })[] = [];
  const wanted = new Set<string>();
  for (const { path, text } of rendered) {
    const file = join(directory, 'grafana', path);
    wanted.add(file);
    if ((await files.info(file)) === null) found.push({ file, what: 'missing', text });
    else if ((await files.readText(file)) !== text) found.push({ file, what: 'differs', text });
  }
  for (const file of await findBuilt(files, join(directory, 'grafana/dashboards')))
    if (!wanted.has(file)) found.push({ file, what: 'has no source' });
  return found;
}

/** What an earlier build made, by its own lists: what was exported or written by hand is nobody's to remove. */
async function findBuilt(files: DashboardsContext['files'], root: string): Promise<string[]> {
  const built: string[] = [];
  for (const folder of await files.list(root)) {
    const list = join(root, folder, FOLDER_FILE);
    if ((await files.info(list)) === null) continue;
    const names = await readBuilt(await files.readText(list));
    if (names === null) continue;
    built.push(list);
    for (const name of names) {
      const file = join(root, folder, name);
      if ((await files.info(file)) !== null) built.push(file);
    }
  }
  return built;
}

function answer(
  count: number,
  platforms: readonly Platform[],
  differences: readonly Difference[],
  isCheck: boolean,
): Outcome {
  const where = platforms.map(({ name }) => name).join(', ');
  const isBad = isCheck && differences.length > 0;
  const what =
    differences.length === 0 ? 'up to date' : `${differences.length} files ${isCheck ? 'differ' : 'changed'}`;
  const summary = `${count} dashboards of ${where === '' ? 'no platform' : where}: ${what}`;
  return {
    exit: isBad ? EXIT.critical : EXIT.ok,
    summary,
    report: {
      schema: 'mdops.dashboards-build/1',
      dashboards: count,
      platforms: platforms.map(({ name }) => name),
      changes: differences.map((difference) => ({ ...difference })),
    },
    view: (paint) => [
      ...differences.map(({ file, what: change }) => `${file} ${change}`),
      isBad ? paint.bad(`${summary}: run "mdops dashboards build"`) : paint.good(summary),
    ],
  };
}
