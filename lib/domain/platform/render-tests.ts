// Test files: one for each alert name and each recording rule, so that a mutant meets only the tests that speak of it.

import { renderYaml } from '../../base/yaml.ts';
import { graphRules } from '../rules/dependents.ts';
import { printPromDuration } from '../rules/prom-duration.ts';
import type { ParsePromql } from '../rules/promql.ts';
import { readRuleFile } from '../rules/read-rules.ts';
import type { Rule } from '../rules/rule.ts';
import { type GeneratedFile, headLine } from './generated-file.ts';
import { type MadeTests, makeAlertTests, makeRecordingTests, stepMsOf } from './make-tests.ts';
import type { Platform } from './platform.ts';

export interface RenderedTests {
  readonly files: readonly GeneratedFile[];
  readonly problems: readonly string[];
}

/** `ruleFiles` are those already rendered: a test names the ones that its rule stands on. */
export async function renderTestFiles(
  platform: Platform,
  folder: string,
  ruleFiles: readonly GeneratedFile[],
  parse: ParsePromql,
): Promise<RenderedTests> {
  const read = await Promise.all(ruleFiles.map(({ path, text }) => readRuleFile(path, text)));
  const rules = read.flatMap((file) => file.rules);
  const graph = graphRules(rules, parse);
  const files: GeneratedFile[] = [];
  const problems: string[] = [];
  const add = async (name: string, group: string, made: MadeTests): Promise<void> => {
    problems.push(...made.problems);
    if (made.tests.length === 0) {
      problems.push(`${name} has no cases: nothing shows that it works`);
      return;
    }
    const own = rules.filter((rule) => rule.name === name);
    const needed = [...graph.neededBy(own), ...own];
    const suite = {
      rule_files: unique(needed.map(({ file }) => `../${file.slice(folder.length + 1)}`)),
      evaluation_interval: printPromDuration(stepMsOf(platform, group)),
      ...orderOf(needed),
      tests: made.tests,
    };
    const path = `${folder}/tests/${name.replaceAll(':', '-')}.yml`;
    files.push({ path, text: `${headLine(`${folder}/catalogue.yml`)}${await renderYaml(suite)}` });
  };
  for (const name of unique(platform.alerts.map(({ alert }) => alert))) {
    const alerts = platform.alerts.filter(({ alert }) => alert === name);
    await add(name, alerts[0]!.group, makeAlertTests(platform, alerts, parse));
  }
  for (const rule of platform.recordings) await add(rule.record, rule.group, makeRecordingTests(platform, rule, parse));
  return { files, problems };
}

/** Across groups promtool keeps no order of its own: what records comes first. */
function orderOf(needed: readonly Rule[]): { group_eval_order?: readonly string[] } {
  const groups = unique(needed.map(({ group }) => group));
  return groups.length < 2 ? {} : { group_eval_order: groups };
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
