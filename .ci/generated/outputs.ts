// Every generated file or region: where it goes and what it is made from.

import { EXIT, EXIT_MEANINGS } from '../../lib/base/exit-codes.ts';
import { readCommands } from './commands.ts';
import { listVariables } from './environment.ts';
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
  { path: 'docs/simulation.md', region: 'invariants', render: renderInvariants },
  { path: 'docs/simulation.md', region: 'planted bugs', render: renderPlanted },
  ...renderUnits().map(({ path, text }) => ({ path, render: () => text })),
];

/** `…/production-runbook.md#5-routine-health` → `§5`; a heading without a number by its name. */
function sectionOf(runbook: string): string {
  const heading = runbook.split('#')[1] ?? runbook;
  const number = /^\d+/.exec(heading)?.[0];
  return number === undefined ? heading : `§${number}`;
}
