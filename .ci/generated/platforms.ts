// Every platform under config/platforms, compiled; and the generated files there that nothing makes any more.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type CompiledPlatform, compilePlatform } from '../../lib/domain/platform/compile.ts';
import { type GeneratedFile, isGenerated } from '../../lib/domain/platform/generated-file.ts';
import { coverRules } from '../../lib/domain/rules/coverage.ts';
import { loadPromql } from '../../lib/domain/rules/promql.ts';
import { readRuleFile } from '../../lib/domain/rules/read-rules.ts';
import { readRouting } from '../../lib/domain/rules/routes/routing.ts';
import { panelOf, renderRuleIndex } from '../../lib/domain/rules/rule-index.ts';
import { readUnitTests } from '../../lib/domain/rules/unit-test-file.ts';

const ROOT = 'config/platforms';
const RUNBOOKS = 'runbooks/platforms';

export async function compileAll(): Promise<CompiledPlatform[]> {
  const folders = list(ROOT)
    .map((name) => `${ROOT}/${name}`)
    .filter((folder) => existsSync(`${folder}/catalogue.yml`));
  return Promise.all(
    folders.map((folder) =>
      compilePlatform({
        folder,
        catalogue: readFileSync(`${folder}/catalogue.yml`, 'utf8'),
        slos: readIfThere(`${folder}/slos.yml`),
      }),
    ),
  );
}

export function findStale(compiled: readonly CompiledPlatform[]): string[] {
  // Of a catalogue with mistakes nothing is made, and nothing is taken away.
  if (compiled.some(({ files }) => files === null)) return [];
  const made = new Set(compiled.flatMap(({ files }) => (files ?? []).map(({ path }) => path)));
  const present = [ROOT, RUNBOOKS].flatMap((folder) => list(folder, true).map((name) => join(folder, name)));
  return present.filter(
    (path) => /\.(ya?ml|md)$/.test(path) && !made.has(path) && isGenerated(readFileSync(path, 'utf8')),
  );
}

const INDEX = 'runbooks/alerts';
const DASHBOARD_PAGE = 'runbooks/monitoring-dashboard.md';

/** The same table that `mdops rules index` prints. */
export async function renderAlertIndex(compiled: readonly CompiledPlatform[]): Promise<string> {
  const page = readFileSync(DASHBOARD_PAGE, 'utf8');
  const tables = compiled.map(async ({ folder, platform, files }) => {
    const inside = (part: string): GeneratedFile[] =>
      (files ?? [])
        .filter(({ path }) => path.startsWith(`${folder}/${part}`))
        .sort((left, right) => (left.path < right.path ? -1 : 1));
    const both = (kind: string): GeneratedFile[] => [...inside(`${kind}/`), ...inside(`slo/${kind}/`)];
    const rules = await Promise.all(both('rules').map(({ path, text }) => readRuleFile(path, text)));
    const tests = await Promise.all(both('tests').map(({ path, text }) => readUnitTests(path, text)));
    const [alertmanager] = inside('alertmanager.yml');
    const index = renderRuleIndex({
      coverage: coverRules(
        rules.flatMap((file) => file.rules),
        tests,
        await loadPromql(),
      ),
      routing: alertmanager === undefined ? null : await readRouting(alertmanager.path, alertmanager.text),
      dashboards: (alert) => panelOf(page, alert, linkTo(DASHBOARD_PAGE)),
      link: linkTo,
    });
    return `## ${platform.name}\n\n${index}`;
  });
  return (await Promise.all(tables)).join('\n');
}

function linkTo(path: string): string {
  const [target = '', anchor] = path.split('#', 2);
  const at = relative(INDEX, target);
  return anchor === undefined ? at : `${at}#${anchor}`;
}

function list(folder: string, recursive = false): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive, encoding: 'utf8' }).sort() : [];
}

function readIfThere(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
