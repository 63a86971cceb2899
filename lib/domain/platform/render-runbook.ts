// A platform's runbook page: one heading for each alert, in the form of every runbook.

import { printPromDuration } from '../rules/prom-duration.ts';
import { explainSlo } from '../slo/explain.ts';
import { type Slo, WINDOW } from '../slo/slo.ts';
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

export function renderRunbook(
  platform: Platform,
  folder: string,
  objectives: readonly Slo[],
): { file: GeneratedFile | null; problems: string[] } {
  const page = pageOf(platform);
  const alerts = alertsOnPage(platform, page);
  if (alerts.length + objectives.length === 0) return { file: null, problems: [] };
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
  const sections = [
    ...alerts.flatMap((alert) => ['', ...sectionOf(alert)]),
    ...objectives.flatMap((slo) => ['', ...sectionOfObjective(slo)]),
  ];
  return {
    file: { path: page, text: `${[...head, ...sections].join('\n')}\n` },
    problems,
  };
}

export function pageOf({ name }: Platform): string {
  return `runbooks/platforms/${name}.md`;
}

/** An objective that names the page alone leads to its own section. */
export function withSection(platform: Platform, slo: Slo): Slo {
  const page = slo.annotations['runbook_url'] ?? pageOf(platform);
  if (page !== pageOf(platform)) return slo;
  return { ...slo, annotations: { ...slo.annotations, runbook_url: `${page}#objective-${slo.name.toLowerCase()}` } };
}

/** One section for all alerts of an objective: they say the same at different speeds. */
function sectionOfObjective(slo: Slo): string[] {
  const chosen = `{slo="${slo.name}", service="${slo.service}"}`;
  const { indicator } = slo;
  const bad = indicator.kind === 'events' ? indicator.bad : indicator.ratio;
  return [
    `## Objective ${slo.name}`,
    '',
    `Alerts: \`${slo.alertName}_BURN_…\` and \`${slo.alertName}_NO_DATA\`.`,
    '',
    '### Meaning',
    '',
    slo.description,
    '',
    ...explainSlo(slo).map((line) => `- ${line.trim()}`),
    '',
    '### Impact',
    '',
    `What the objective allows in ${printPromDuration(slo.windowMs)} is being used up faster than planned. The label`,
    '`long_window` says how fast: 1h and 6h are an outage that people feel now, 1d and 3d a leak that empties the budget.',
    '',
    '### Diagnosis',
    '',
    `1. How fast does it burn, and how much is left? \`slo:current_burn_rate:ratio${chosen}\` and`,
    `   \`slo:period_error_budget_remaining:ratio${chosen}\`.`,
    `2. What fails? Split the bad events by every label there is: \`${bad.replaceAll(WINDOW, '5m')}\`.`,
    '3. Since when? A step belongs to a change or a dependency, a slope to load or something that fills up.',
    '4. `NO_DATA`: the service, its scraping or the name of a metric is gone; the objective is blind until it is back.',
    '',
    '### Mitigation',
    '',
    '1. Paged (1h, 6h): undo the last change, or take out the part that fails, before looking for the cause.',
    '2. A ticket (1d, 3d): mend the cause this week. With the budget gone, releases wait until it has recovered.',
    '3. Resolved when the short window is below its threshold again; an alert that comes back was mended too little.',
  ];
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
