// Dashboard files that were named one by one, and what is said of files that cannot be built.

import { basename, dirname, resolve } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { describeError, Fault } from '../../base/fault.ts';
import { readSpec } from '../../domain/dashboards/read-spec.ts';
import type { Outcome } from '../../run/command.ts';
import { type DashboardsContext, type SpecFile, shown } from './platforms.ts';
import { renderDashboards } from './render.ts';

/** Each with the platform whose directory it lies in. */
export async function renderNamed(files: readonly SpecFile[]): Promise<string[]> {
  const rendered = await Promise.all(files.map((one) => renderDashboards(one.platform, [one])));
  return rendered.flat().map(({ text }) => text);
}

export async function readNamed(ctx: DashboardsContext, path: string): Promise<SpecFile> {
  const file = resolve(ctx.environment.cwd, path);
  try {
    const { spec, problems } = await readSpec(await ctx.files.readText(file));
    return {
      file: shown(ctx, file),
      base: basename(file).replace(/\.\w+$/, ''),
      platform: platformOf(file),
      spec,
      problems,
    };
  } catch (error) {
    throw new Fault('dashboard not readable', `Cannot read "${path}": ${describeError(error)}`, {
      exit: EXIT.usage,
      hint: 'name a dashboard file of docs/dashboard-format.md',
      cause: error,
    });
  }
}

/** `config/platforms/b25/dashboards/a.yml` → `b25` */
function platformOf(file: string): string {
  return basename(dirname(dirname(file)));
}

export function refuse(files: readonly SpecFile[]): Outcome {
  const problems = files.flatMap(({ file, problems: found }) => found.map((problem) => ({ file, ...problem })));
  const summary = `${problems.length} mistakes in dashboard files: nothing is built`;
  return {
    exit: EXIT.critical,
    summary,
    report: { schema: 'mdops.dashboards-build/1', problems },
    view: (paint) => [...problems.map(({ file, line, message }) => `${file}:${line}: ${message}`), paint.bad(summary)],
  };
}
