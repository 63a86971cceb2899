// `dashboards build --preview`: what dashboards will look like, on one page that any browser shows.

import { resolve } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { renderPreview } from '../../domain/dashboards/preview/page.ts';
import type { FoundDashboard } from '../../domain/dashboards/read/dashboard.ts';
import { readDashboard } from '../../domain/dashboards/read/read-dashboard.ts';
import type { Outcome } from '../../run/command.ts';
import type { Invocation } from '../../run/invocation.ts';
import { readNamed, refuse, renderNamed } from './named.ts';
import { type DashboardsContext, findPlatforms, readSpecs, type SpecFile, shown } from './platforms.ts';

export async function previewDashboards(ctx: DashboardsContext, invocation: Invocation): Promise<Outcome> {
  const specs: SpecFile[] = [];
  const texts: { file: string; text: string }[] = [];
  for (const path of invocation.args) {
    const file = resolve(ctx.environment.cwd, path);
    if (path.endsWith('.json')) texts.push({ file: path, text: await readJson(ctx, file) });
    else specs.push(await readNamed(ctx, path));
  }
  if (invocation.args.length === 0)
    for (const platform of await findPlatforms(ctx, invocation)) specs.push(...(await readSpecs(ctx, platform)));
  if (specs.some(({ problems }) => problems.length > 0)) return refuse(specs);
  const built = await renderNamed(specs);
  texts.push(...built.map((text, index) => ({ file: specs[index]!.file, text })));
  const dashboards = texts.map(({ file, text }) => understand(file, text));
  const file = resolve(ctx.environment.cwd, invocation.text('preview') ?? '');
  await ctx.files.replace(file, renderPreview(dashboards), { durable: false, mode: 0o644 });
  const summary = `${dashboards.length} dashboards are drawn in ${shown(ctx, file)}`;
  return {
    exit: EXIT.ok,
    summary,
    report: { schema: 'mdops.dashboards-preview/1', file: shown(ctx, file), dashboards: dashboards.length },
    view: (paint) => [paint.good(summary)],
  };
}

async function readJson(ctx: DashboardsContext, file: string): Promise<string> {
  if ((await ctx.files.info(file, { follow: true })) !== null) return ctx.files.readText(file);
  throw new Fault('dashboard not readable', `Cannot draw "${file}": it does not exist`, {
    exit: EXIT.usage,
    hint: 'name a dashboard, JSON or YAML',
  });
}

function understand(file: string, text: string): FoundDashboard {
  const dashboard = readDashboard(file, text);
  if (!('problem' in dashboard)) return dashboard;
  throw new Fault('dashboard not readable', `Cannot draw "${file}": it ${dashboard.problem}`, {
    exit: EXIT.critical,
    hint: 'mdops dashboards check says where',
  });
}
