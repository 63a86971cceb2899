// `dashboards check`: what can be proven about dashboards before anybody looks at them, ours and foreign ones.

import { dirname, join, resolve } from 'node:path';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { Paint } from '../../base/paint.ts';
import {
  type CheckedDashboard,
  checkDashboards,
  type DashboardText,
} from '../../domain/dashboards/check-dashboards.ts';
import type { DashboardFinding } from '../../domain/dashboards/checks/check.ts';
import type { MetricFacts } from '../../domain/dashboards/promql/facts.ts';
import { loadPromql, type ParsePromql } from '../../domain/rules/promql.ts';
import type { Outcome } from '../../run/command.ts';
import type { Invocation } from '../../run/invocation.ts';
import { namedFile } from '../rules/named-file.ts';
import { compare } from './build.ts';
import { findCatalogue, readFacts } from './facts.ts';
import { readNamed, renderNamed } from './named.ts';
import { type DashboardsContext, findPlatforms, readSpecs, shown } from './platforms.ts';
import { renderPlatform } from './render.ts';

interface Given {
  readonly files: readonly DashboardText[];
  /** What is wrong before any dashboard can be judged: a source that cannot be built, JSON that is not its source's. */
  readonly before: readonly DashboardFinding[];
}

export async function checkDashboardFiles(ctx: DashboardsContext, invocation: Invocation): Promise<Outcome> {
  const parse = remembering(await loadPromql());
  const factsFor = createFactsFor(ctx, invocation, parse);
  const read = invocation.args.length > 0 ? readPaths : readShipped;
  const { files, before } = await read(ctx, invocation, factsFor);
  if (files.length === 0 && before.length === 0) {
    throw new Fault('dashboards not found', 'Cannot check dashboards: there are none', {
      exit: EXIT.usage,
      hint: 'name dashboards, or run it where config/platforms is',
    });
  }
  const checked = checkDashboards(files, parse);
  return answer(checked, [...before, ...checked.flatMap(({ findings }) => findings)]);
}

/** Many panels ask the same. */
function remembering(parse: ParsePromql): ParsePromql {
  const known = new Map<string, ReturnType<ParsePromql>>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const promql = parse(text);
    known.set(text, promql);
    return promql;
  };
}

async function readShipped(ctx: DashboardsContext, invocation: Invocation, factsFor: FactsFor): Promise<Given> {
  const files: DashboardText[] = [];
  const before: DashboardFinding[] = [];
  for (const platform of await findPlatforms(ctx, invocation)) {
    const specs = await readSpecs(ctx, platform);
    const broken = specs.flatMap(({ file, problems }) =>
      problems.map(({ line, message }) => plain(file, line, 'dashboard/source', message)),
    );
    before.push(...broken);
    if (broken.length === 0) {
      const rendered = await renderPlatform(platform.name, specs);
      for (const { file, what } of await compare(ctx, platform, rendered))
        before.push(plain(file, 1, 'dashboard/generated', `${what}: run "mdops dashboards build"`));
    }
    const facts = await factsFor([platform.directory]);
    for (const file of await findJson(ctx, join(platform.directory, 'grafana/dashboards')))
      files.push({ file: shown(ctx, file), text: await ctx.files.readText(file), facts });
  }
  return { files, before };
}

async function readPaths(ctx: DashboardsContext, invocation: Invocation, factsFor: FactsFor): Promise<Given> {
  const files: DashboardText[] = [];
  const before: DashboardFinding[] = [];
  for (const path of invocation.args) {
    const full = resolve(ctx.environment.cwd, path);
    const found = await filesAt(ctx, full, path);
    const facts = await factsFor(parentsOf(found.includes(full) ? dirname(full) : full));
    for (const file of found) {
      if (!/\.ya?ml$/.test(file)) files.push({ file: shown(ctx, file), text: await ctx.files.readText(file), facts });
      else {
        const spec = await readNamed(ctx, file);
        before.push(...spec.problems.map(({ line, message }) => plain(spec.file, line, 'dashboard/source', message)));
        if (spec.problems.length > 0) continue;
        for (const text of await renderNamed([spec])) files.push({ file: spec.file, text, facts });
      }
    }
  }
  return { files, before };
}

async function filesAt(ctx: DashboardsContext, full: string, path: string): Promise<string[]> {
  const info = await ctx.files.info(full, { follow: true });
  if (info === null) {
    throw new Fault('dashboards not found', `Cannot check "${path}": it does not exist`, {
      exit: EXIT.usage,
      hint: 'name a dashboard, JSON or YAML, or a directory of them',
    });
  }
  return info.kind === 'directory' ? findJson(ctx, full) : [full];
}

async function findJson(ctx: DashboardsContext, directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await ctx.files.list(directory)) {
    // Our own state lies in such a directory too, and what is installed is nobody's dashboard.
    if (name.startsWith('.') || name === 'node_modules') continue;
    const path = join(directory, name);
    if ((await ctx.files.info(path))?.kind === 'directory') found.push(...(await findJson(ctx, path)));
    else if (name.endsWith('.json')) found.push(path);
  }
  return found;
}

type FactsFor = (directories: readonly string[]) => Promise<MetricFacts>;

/** --catalogue, else that of the platform the files lie in; each read once. */
function createFactsFor(ctx: DashboardsContext, invocation: Invocation, parse: ParsePromql): FactsFor {
  const known = new Map<string, Promise<MetricFacts>>();
  return async (directories) => {
    const named = await Promise.all(invocation.texts('catalogue').map((file) => namedFile(ctx, 'catalogue', file)));
    const found = named.length > 0 ? null : await findCatalogue(ctx, directories);
    const files = found === null ? named : [found];
    const key = files.join('\n');
    const facts = known.get(key) ?? readFacts(ctx, files, parse);
    known.set(key, facts);
    return facts;
  };
}

function parentsOf(path: string): string[] {
  const parents: string[] = [path];
  for (let at = path; dirname(at) !== at; at = dirname(at)) parents.push(dirname(at));
  return parents;
}

function plain(file: string, line: number, check: string, message: string): DashboardFinding {
  return { file, line, check, message, severity: 'error', panel: '', panelId: null, path: '' };
}

function answer(checked: readonly CheckedDashboard[], findings: readonly DashboardFinding[]): Outcome {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  const exit: ExitCode = errors > 0 ? EXIT.critical : warnings > 0 ? EXIT.warning : EXIT.ok;
  const panels = checked.reduce((sum, one) => sum + one.panels, 0);
  const queries = checked.reduce((sum, one) => sum + one.queries, 0);
  const size = `${checked.length} dashboards, ${panels} panels, ${queries} queries`;
  const summary = findings.length === 0 ? `${size}: no findings` : `${size}: ${errors} errors, ${warnings} warnings`;
  return {
    exit,
    summary,
    report: {
      schema: 'mdops.dashboards-check/1',
      dashboards: checked.map(({ file, title, panels: count }) => ({ file, title, panels: count })),
      panels,
      queries,
      errors,
      warnings,
      findings: findings.map((finding) => ({ ...finding })),
    },
    view: (paint) => [...grouped(findings, paint), exit === EXIT.ok ? paint.good(summary) : paint.bad(summary)],
  };
}

/** By file, in it by panel. */
function grouped(findings: readonly DashboardFinding[], paint: Paint): string[] {
  const lines: string[] = [];
  for (const file of new Set(findings.map((finding) => finding.file))) {
    const ofFile = findings.filter((finding) => finding.file === file);
    lines.push(file);
    for (const panel of new Set(ofFile.map((finding) => finding.panel))) {
      if (panel !== '') lines.push(`  ${panel}`);
      for (const { line, severity, message, check } of ofFile.filter((finding) => finding.panel === panel)) {
        const mark = severity === 'error' ? paint.bad('✗') : paint.warn('!');
        lines.push(`${panel === '' ? '  ' : '    '}${mark} ${line}: ${message} (${check})`);
      }
    }
    lines.push('');
  }
  return lines;
}
