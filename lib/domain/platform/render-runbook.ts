// A platform's runbook page: one heading for each alert, in the form of every runbook.

import { type GeneratedFile, wrapWords } from './generated-file.ts';
import type { Alert, Platform } from './platform.ts';

/** Alerts whose page is this one; those that lead elsewhere have their words there. */
export function alertsOnPage(platform: Platform, page: string): Alert[] {
  const first = new Map<string, Alert>();
  for (const alert of platform.alerts) {
    const isHere = alert.runbook === `${page}#${alert.alert.toLowerCase()}`;
    if (isHere && (!first.has(alert.alert) || first.get(alert.alert)!.words === null)) first.set(alert.alert, alert);
  }
  return [...first.values()];
}

export function renderRunbook(platform: Platform, folder: string): { file: GeneratedFile | null; problems: string[] } {
  const page = `runbooks/platforms/${platform.name}.md`;
  const alerts = alertsOnPage(platform, page);
  if (alerts.length === 0) return { file: null, problems: [] };
  const problems = alerts.flatMap(({ alert, words }) =>
    words === null || words.diagnosis.length === 0 || words.mitigation.length === 0
      ? [`${alert} has no meaning, impact, diagnosis and mitigation: its page would not help`]
      : [],
  );
  const head = [
    `<!-- Generated from ${folder}/catalogue.yml; change that, not this. -->`,
    `# ${platform.title}`,
    '',
    `What each alert means and what to do about it; written in [its catalogue](../../${folder}/catalogue.yml).`,
  ];
  const sections = alerts.flatMap((alert) => ['', ...sectionOf(alert)]);
  return {
    file: { path: page, text: `${[...head, ...sections].join('\n')}\n` },
    problems,
  };
}

function sectionOf({ alert, severity, words, command, corrected }: Alert): string[] {
  const { meaning = '', impact = '', diagnosis = [], mitigation = [] } = words ?? {};
  const told = corrected === '' ? [] : ['', wrapWords(`Differs from the description of the system: ${corrected}`, 118)];
  return [
    `## ${alert}`,
    '',
    `Severity: ${severity}. First command: \`${command}\``,
    '',
    '### Meaning',
    '',
    wrapWords(meaning, 118),
    ...told,
    '',
    '### Impact',
    '',
    wrapWords(impact, 118),
    '',
    '### Diagnosis',
    '',
    ...diagnosis.map((step, index) => `${index + 1}. ${step}`),
    '',
    '### Mitigation',
    '',
    ...mitigation.map((step, index) => `${index + 1}. ${step}`),
  ];
}
