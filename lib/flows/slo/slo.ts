// `slo`: objectives → recording rules, burn-rate alerts and their tests; checked, and explained in plain words.

import { formatDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import type { JsonObject } from '../../base/json.ts';
import { tableLines } from '../../base/table.ts';
import { renderYaml } from '../../base/yaml.ts';
import { loadPromql } from '../../domain/rules/promql.ts';
import { compileSlo, firingAlerts } from '../../domain/slo/compile.ts';
import { explainSlo, tabulate } from '../../domain/slo/explain.ts';
import { type GeneratedFile, renderSlo } from '../../domain/slo/render.ts';
import type { Slo } from '../../domain/slo/slo.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import { readSpecs, type Specs } from './specs.ts';

type Ctx = Pick<Context, 'files' | 'environment'>;

const VERBS = { generate, check, explain } satisfies Record<
  string,
  (ctx: Ctx, invocation: Invocation, specs: Specs) => Promise<Outcome>
>;

export async function compileObjectives(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const specs = await readSpecs(ctx, invocation.args);
  return VERBS[(invocation.verb ?? 'check') as keyof typeof VERBS](ctx, invocation, specs);
}

async function generate(ctx: Ctx, invocation: Invocation, specs: Specs): Promise<Outcome> {
  if (specs.problems.length > 0) return broken(specs);
  const files = (await Promise.all(specs.slos.map((slo) => renderSlo(slo)))).flat();
  const out = invocation.text('out');
  const refused = refusals(specs.slos);
  const report = { schema: 'mdops.slo-generate/1', files: files.map(({ path }) => path), refused };
  const exit = refused.length > 0 ? EXIT.warning : EXIT.ok;
  if (out === undefined) {
    const groups = specs.slos.flatMap(compileSlo);
    const text = await renderYaml({ groups });
    const summary = `${groups.length} groups of ${specs.slos.length} objectives`;
    return {
      exit,
      summary,
      report: { ...report, groups: JSON.parse(JSON.stringify(groups)) },
      view: () => text.trimEnd().split('\n'),
    };
  }
  const folder = absolute(ctx, out);
  for (const { path, text } of files) {
    await ctx.files.makeDirectory(`${folder}/${path.slice(0, path.lastIndexOf('/'))}`);
    await ctx.files.replace(`${folder}/${path}`, text, { mode: 0o644 });
  }
  const summary = `${files.length} files of ${specs.slos.length} objectives are in ${folder}`;
  return { exit, summary, report, view: (paint) => [paint.good(summary), ...refused.map((line) => paint.warn(line))] };
}

async function check(ctx: Ctx, invocation: Invocation, specs: Specs): Promise<Outcome> {
  const broke = [...specs.problems, ...(await findBadQueries(specs.slos))];
  const out = invocation.text('out');
  const drift = out === undefined || broke.length > 0 ? [] : await findDrift(ctx, absolute(ctx, out), specs.slos);
  const refused = refusals(specs.slos);
  // Who switches all of them off wants the ratios only.
  const silent = specs.slos
    .filter((slo) => firingAlerts(slo).length === 0 && Object.values(slo.urgencies).some(({ isOff }) => !isOff))
    .map(({ name }) => `${name} has no alert left`);
  const errors = [...broke, ...drift, ...silent];
  const exit = errors.length > 0 ? EXIT.critical : refused.length > 0 ? EXIT.warning : EXIT.ok;
  const summary = `${specs.slos.length} objectives: ${errors.length === 0 ? 'no mistake' : `${errors.length} mistakes`}${refused.length === 0 ? '' : `, ${refused.length} alerts refused`}`;
  return {
    exit,
    summary,
    report: { schema: 'mdops.slo-check/1', objectives: specs.slos.length, errors, refused },
    view: (paint) => [
      ...errors.map((line) => `${paint.bad('✗')} ${line}`),
      ...refused.map((line) => `${paint.warn('!')} ${line}`),
      exit === EXIT.ok ? paint.good(summary) : paint.bad(summary),
    ],
  };
}

async function explain(_ctx: Ctx, _invocation: Invocation, specs: Specs): Promise<Outcome> {
  if (specs.problems.length > 0) return broken(specs);
  const told = specs.slos.map((slo) => ({ slo, rows: tabulate(slo) }));
  return {
    exit: EXIT.ok,
    summary: `${specs.slos.length} objectives`,
    report: {
      schema: 'mdops.slo-explain/1',
      objectives: told.map(({ slo, rows }) => ({
        name: slo.name,
        service: slo.service,
        words: explainSlo(slo),
        alerts: JSON.parse(JSON.stringify(rows)) as JsonObject[],
      })),
    },
    view: () => told.flatMap(({ slo }) => [...explainSlo(slo), '', ...reactionTable(slo), '']).slice(0, -1),
  };
}

/** Detection and, after the slash, reset. */
function reactionTable(slo: Slo): string[] {
  const rows = tabulate(slo).filter(({ refusal }) => refusal === null);
  const ratios = [...new Set(rows.flatMap(({ reactions }) => reactions.map(({ errorRatio }) => errorRatio)))].sort(
    (left, right) => Number.parseFloat(left) - Number.parseFloat(right),
  );
  const titles = ['FAILING', ...rows.map(({ longWindow, urgency }) => `${longWindow} (${urgency})`)];
  const cells = ratios.map((ratio) => [
    ratio,
    ...rows.map(({ reactions }) => {
      const found = reactions.find(({ errorRatio }) => errorRatio === ratio);
      return found === undefined ? '–' : `${rounded(found.detectedMs)} / ${rounded(found.resetMs)}`;
    }),
  ]);
  return tableLines(
    titles.map((title) => ({ title })),
    cells,
  ).map((line) => `  ${line}`);
}

function rounded(ms: number): string {
  const unit = ms < 3_600_000 ? 1_000 : 60_000;
  return formatDuration(Math.ceil(ms / unit) * unit);
}

function broken({ problems }: Specs): Outcome {
  const summary = `${problems.length} mistakes`;
  return {
    exit: EXIT.critical,
    summary,
    report: { schema: 'mdops.slo-check/1', errors: problems, refused: [] },
    view: (paint) => [...problems.map((line) => `${paint.bad('✗')} ${line}`), paint.bad(summary)],
  };
}

function refusals(slos: readonly Slo[]): string[] {
  return slos.flatMap((slo) =>
    tabulate(slo).flatMap(({ alert, refusal, urgency }) =>
      refusal === null || slo.urgencies[urgency].isOff ? [] : [`${alert} is refused: ${refusal}`],
    ),
  );
}

async function findBadQueries(slos: readonly Slo[]): Promise<string[]> {
  const parse = await loadPromql();
  return slos.flatMap((slo) => {
    const bad = compileSlo(slo)
      .flatMap(({ rules }) => rules)
      .find(({ expr }) => parse(expr).errorAt !== null);
    return bad === undefined
      ? []
      : [`${slo.name}: "${bad.expr}" is no PromQL at character ${(parse(bad.expr).errorAt ?? 0) + 1}`];
  });
}

async function findDrift(ctx: Ctx, folder: string, slos: readonly Slo[]): Promise<string[]> {
  const files = (await Promise.all(slos.map((slo) => renderSlo(slo)))).flat();
  const found = await Promise.all(files.map((file) => differs(ctx, folder, file)));
  return found.flatMap((line) => (line === null ? [] : [line]));
}

async function differs(ctx: Ctx, folder: string, { path, text }: GeneratedFile): Promise<string | null> {
  const full = `${folder}/${path}`;
  if ((await ctx.files.info(full)) === null) return `${full} is missing: mdops slo generate writes it`;
  return (await ctx.files.readText(full)) === text
    ? null
    : `${full} is not what its objective says: mdops slo generate writes it`;
}

function absolute(ctx: Ctx, path: string): string {
  return path.startsWith('/') ? path : `${ctx.environment.cwd}/${path}`;
}
