// A platform's data → every file that is made of it.

import { renderYaml } from '../../base/yaml.ts';
import { loadPromql } from '../rules/promql.ts';
import { readSloFile } from '../slo/read-specs.ts';
import { renderSlo } from '../slo/render.ts';
import type { Slo } from '../slo/slo.ts';
import { type GeneratedFile, headLine } from './generated-file.ts';
import type { Platform } from './platform.ts';
import { readPlatform } from './read-platform.ts';
import { receiverNames, renderAlertmanager, renderRouteTests } from './render-alertmanager.ts';
import { renderGrafanaAlerts } from './render-grafana.ts';
import { renderRuleFiles } from './render-rules.ts';
import { renderRunbook, withSection } from './render-runbook.ts';
import { renderScraping } from './render-scraping.ts';
import { renderTestFiles } from './render-tests.ts';

export interface PlatformSources {
  /** `config/platforms/b25`. */
  readonly folder: string;
  readonly catalogue: string;
  /** Objectives; null when there are none. */
  readonly slos: string | null;
}

export interface CompiledPlatform {
  readonly folder: string;
  readonly platform: Platform;
  /** Null where the catalogue cannot be read. */
  readonly files: readonly GeneratedFile[] | null;
  /** Each with the file of its rules. */
  readonly objectives: readonly { readonly name: string; readonly file: string }[];
  /** Sentences with file and line. */
  readonly problems: readonly string[];
}

export async function compilePlatform({ folder, catalogue, slos }: PlatformSources): Promise<CompiledPlatform> {
  const parse = await loadPromql();
  const file = `${folder}/catalogue.yml`;
  const { platform, mistakes } = await readPlatform(file, catalogue);
  const problems = mistakes.map(({ line, message }) => `${file}:${line}: ${message}`);
  // What is misread would be rendered as something else: nothing is made of it.
  if (problems.length > 0) return { folder, platform, files: null, objectives: [], problems };
  for (const { name, expr } of [
    ...platform.alerts.map(({ alert: name, expr }) => ({ name, expr })),
    ...platform.recordings.map(({ record: name, expr }) => ({ name, expr })),
  ]) {
    const { errorAt } = parse(expr);
    if (errorAt !== null) problems.push(`${file}: ${name}: not PromQL near "${expr.slice(errorAt, errorAt + 20)}"`);
  }
  if (platform.alertmanager !== null) {
    const known = receiverNames(platform.alertmanager);
    for (const { alert, receivers } of platform.alerts) {
      for (const name of receivers)
        if (!known.includes(name)) problems.push(`${file}: ${alert}: no receiver is called ${name}`);
    }
  }
  const rules = await renderRuleFiles(platform, folder);
  const objectives = await renderObjectives(platform, folder, slos);
  const tests = await renderTestFiles(platform, folder, [...rules, ...objectives.rules], parse);
  const runbook = renderRunbook(platform, folder, objectives.slos);
  const grafana = await renderGrafanaAlerts(platform, folder);
  const globs = ['rules/*.yml', ...(objectives.rules.length === 0 ? [] : ['slo/rules/*.yml'])];
  return {
    folder,
    platform,
    files: [
      ...rules,
      ...tests.files,
      ...objectives.files,
      await renderScraping(platform, folder, globs),
      ...(platform.alertmanager === null
        ? []
        : [
            await renderAlertmanager(platform.alertmanager, folder),
            await renderRouteTests(platform.alertmanager, folder),
          ]),
      await renderEquivalents(platform, folder),
      ...(grafana === null ? [] : [grafana]),
      ...(runbook.file === null ? [] : [runbook.file]),
    ],
    objectives: objectives.names,
    problems: [
      ...problems,
      ...objectives.problems,
      ...[...tests.problems, ...runbook.problems].map((problem) => `${file}: ${problem}`),
    ],
  };
}

interface Objectives {
  readonly rules: readonly GeneratedFile[];
  readonly files: readonly GeneratedFile[];
  readonly slos: readonly Slo[];
  readonly names: CompiledPlatform['objectives'];
  readonly problems: readonly string[];
}

async function renderObjectives(platform: Platform, folder: string, text: string | null): Promise<Objectives> {
  if (text === null) return { rules: [], files: [], names: [], slos: [], problems: [] };
  const file = `${folder}/slos.yml`;
  const { slos: read, problems } = await readSloFile(file, text);
  const slos = read.map((slo) => withSection(platform, slo));
  const rendered = (await Promise.all(slos.map((slo) => renderSlo(slo, headLine(file))))).flat();
  const files = rendered.map(({ path, text: inner }) => ({ path: `${folder}/slo/${path}`, text: inner }));
  return {
    files,
    rules: files.filter(({ path }) => path.startsWith(`${folder}/slo/rules/`)),
    slos,
    names: slos.map(({ service, name }) => ({ name, file: `${folder}/slo/rules/${service}-${name}.yml` })),
    problems: problems.map((problem) => `${file}: ${problem}`),
  };
}

async function renderEquivalents(platform: Platform, folder: string): Promise<GeneratedFile> {
  const rules = [
    ...platform.alerts.map(({ alert: name, equivalents }) => ({ name, equivalents })),
    ...platform.recordings.map(({ record: name, equivalents }) => ({ name, equivalents })),
  ];
  const equivalent = rules.flatMap(({ name, equivalents }) => equivalents.map((one) => ({ rule: name, ...one })));
  return {
    path: `${folder}/equivalent-mutants.yml`,
    text: `${headLine(`${folder}/catalogue.yml`)}${await renderYaml({ equivalent })}`,
  };
}
