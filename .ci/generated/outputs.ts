// Every generated file or region: where it goes and what it is made from.

import { EXIT, EXIT_MEANINGS } from '../../lib/base/exit-codes.ts';
import { renderDeliveries } from '../../lib/domain/platform/render-deliveries.ts';
import { readCommands } from './commands.ts';
import { renderDashboardFiles } from './dashboards.ts';
import { gatherDeliveries } from './deliveries.ts';
import { listVariables } from './environment.ts';
import { compileAll, findStale, renderAlertIndex } from './platforms.ts';
import { renderPromises } from './promises.ts';
import { renderInvariants, renderPlanted } from './simulation.ts';
import { renderTable } from './table.ts';
import { renderTranscript } from './transcript.ts';
import { renderUnits } from './units.ts';

export interface Output {
  readonly path: string;
  /** Between `<!-- generated: NAME -->` and `<!-- end of NAME -->`; without one the whole file is generated. */
  readonly region?: string;
  readonly render: () => string | Promise<string>;
}

const PLATFORMS = await compileAll();
const DASHBOARDS = await renderDashboardFiles();
const DELIVERIES = await gatherDeliveries(PLATFORMS, DASHBOARDS);

/** Mistakes in what people wrote, and generated files that nothing generates any more. */
export const PROBLEMS: readonly string[] = [...PLATFORMS.flatMap(({ problems }) => problems), ...DELIVERIES.problems];
export const STALE: readonly string[] = findStale(PLATFORMS);

export const OUTPUTS: readonly Output[] = [
  {
    path: 'README.md',
    region: 'commands',
    render: async () =>
      renderTable(
        ['command', 'what it does', 'verbs', 'runbook'],
        (await readCommands()).map(({ name, summary, verbs, runbook }) => [
          `\`mdops ${name}\``,
          summary,
          Object.keys(verbs ?? {})
            .map((verb) => `\`${verb}\``)
            .join(' '),
          `[${sectionOf(runbook)}](${runbook})`,
        ]),
      ),
  },
  {
    path: 'docs/environment.md',
    region: 'variables',
    render: () =>
      renderTable(
        ['variable', 'configuration key', 'what it is', 'systemd credential'],
        listVariables().map(({ name, key, about, credential }) => [
          `\`${name}\``,
          `\`${key}\``,
          about,
          credential === '' ? '' : `\`${credential}\``,
        ]),
      ),
  },
  {
    path: 'README.md',
    region: 'incident',
    render: () =>
      renderTranscript(
        'tests/fixtures/incident',
        'check-feed-health --catalogue catalogue.json --active-file active.json --now 2026-01-05T10:00:00+08:00',
        EXIT.critical,
      ),
  },
  {
    path: 'README.md',
    region: 'exit codes',
    render: () =>
      renderTable(
        ['exit', 'meaning'],
        EXIT_MEANINGS.map(({ code, meaning }) => [code, meaning]),
      ),
  },
  { path: 'docs/promises.md', region: 'promises', render: renderPromises },
  { path: 'docs/simulation.md', region: 'invariants', render: renderInvariants },
  { path: 'docs/simulation.md', region: 'planted bugs', render: renderPlanted },
  ...renderUnits().map(({ path, text }) => ({ path, render: () => text })),
  { path: 'docs/platforms.md', render: () => renderDeliveries(DELIVERIES.platforms) },
  { path: 'runbooks/alerts/README.md', region: 'alerts', render: () => renderAlertIndex(PLATFORMS) },
  ...PLATFORMS.flatMap(({ files }) => (files ?? []).map(({ path, text }) => ({ path, render: () => text }))),
  ...DASHBOARDS.map(({ path, text }) => ({ path, render: () => text })),
];

/** `…/production-runbook.md#5-routine-health` → `§5`; a heading without a number by its name. */
function sectionOf(runbook: string): string {
  const heading = runbook.split('#')[1] ?? runbook;
  const number = /^\d+/.exec(heading)?.[0];
  return number === undefined ? heading : `§${number}`;
}
