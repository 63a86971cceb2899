// The index of alerts as a Markdown table: alert → expression → route → runbook → dashboard → test.

import type { RuleCoverage } from './coverage.ts';
import { receiversOf } from './routes/deliver.ts';
import type { Routing } from './routes/routing.ts';

export interface IndexInputs {
  readonly coverage: readonly RuleCoverage[];
  readonly routing: Routing | null;
  /** Metric or alert → where the dashboard page speaks of it. */
  readonly dashboards: (alert: string) => string;
  /** Makes a repository path a link from the index's own place. */
  readonly link: (path: string) => string;
}

export function renderRuleIndex({ coverage, routing, dashboards, link }: IndexInputs): string {
  const linked = (path: string): string => (/^[a-z]+:/i.test(path) ? path : link(path));
  const header = '| alert | severity | expression | for | route | runbook | dashboard | test |';
  const rows = coverage
    .filter(({ rule }) => rule.kind === 'alert')
    .map(({ rule, files }) => {
      const labels = { alertname: rule.name, ...rule.labels };
      const url = rule.annotations['runbook_url'] ?? '';
      const page = rule.annotations['runbook_page'] ?? '';
      const cells = [
        page === '' ? rule.name : `[${rule.name}](${linked(page)})`,
        rule.labels['severity'] ?? '',
        `\`${rule.expr.replace(/\s+/g, ' ')}\``,
        rule.for ?? '0s',
        routing === null ? '' : receiversOf(routing, labels).join(', '),
        url === '' ? '' : `[${url.split('#').at(-1)}](${linked(url)})`,
        dashboards(rule.name),
        files.map((file) => `[${file.split('/').at(-1)}](${link(file)})`).join(', '),
      ];
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    });
  return `${[header, '| --- | --- | --- | --- | --- | --- | --- | --- |', ...rows].join('\n')}\n`;
}

/** The panel on whose line the dashboard page speaks of the alert. */
export function panelOf(dashboard: string, alert: string, page: string): string {
  const line = dashboard.split('\n').find((text) => text.startsWith('|') && text.includes(`[${alert}]`));
  return line === undefined ? '' : `[${line.split('|')[1]!.trim()}](${page})`;
}
