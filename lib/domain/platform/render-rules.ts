// A platform's rules as Prometheus reads them: one file for each group, with the reasons beside the rules.

import { renderYaml, type YamlRemarks } from '../../base/yaml.ts';
import { alertAnnotations, alertLabels } from './alert-words.ts';
import { type GeneratedFile, headLine, wrapWords } from './generated-file.ts';
import type { Alert, Platform, Recording } from './platform.ts';

const REMARK_WIDTH = 108;

export function groupsOf(platform: Platform): string[] {
  return [...new Set([...platform.recordings, ...platform.alerts].map(({ group }) => group))];
}

export async function renderRuleFiles(platform: Platform, folder: string): Promise<GeneratedFile[]> {
  return Promise.all(groupsOf(platform).map((group) => renderGroup(platform, group, folder)));
}

async function renderGroup(platform: Platform, group: string, folder: string): Promise<GeneratedFile> {
  const rules = [
    ...platform.recordings.filter((rule) => rule.group === group),
    ...platform.alerts.filter((rule) => rule.group === group),
  ];
  const { interval = null, about = '' } = platform.groups.get(group) ?? {};
  const value = {
    groups: [
      { name: group, ...(interval === null ? {} : { interval }), rules: rules.map((rule) => ruleDocument(rule)) },
    ],
  };
  const above: [readonly (string | number)[], string][] = [];
  const behind: [readonly (string | number)[], string][] = [];
  for (const [index, rule] of rules.entries()) {
    const at = ['groups', 0, 'rules', index];
    const remark = [rule.note, rule.corrected === '' ? '' : `Corrected: ${rule.corrected}`].filter(
      (text) => text !== '',
    );
    if (remark.length > 0) above.push([at, remark.map((text) => wrapWords(text, REMARK_WIDTH)).join('\n')]);
    if ('alert' in rule && rule.atOnce !== '') behind.push([[...at, 'for'], rule.atOnce]);
  }
  const remarks: YamlRemarks = { above, behind };
  const head = `${headLine(`${folder}/catalogue.yml`)}${about === '' ? '' : `${wrapWords(about, REMARK_WIDTH).replace(/^/gm, '# ')}\n`}`;
  return { path: `${folder}/rules/${group}.yml`, text: `${head}${await renderYaml(value, remarks)}` };
}

function ruleDocument(rule: Alert | Recording): Record<string, unknown> {
  if (!('alert' in rule)) {
    const { record, expr, labels } = rule;
    return { record, expr, ...(Object.keys(labels).length === 0 ? {} : { labels }) };
  }
  return {
    alert: rule.alert,
    expr: rule.expr,
    for: rule.for,
    ...(rule.keepFiringFor === null ? {} : { keep_firing_for: rule.keepFiringFor }),
    labels: alertLabels(rule),
    annotations: alertAnnotations(rule),
  };
}
