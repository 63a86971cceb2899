// Every PromQL query of a platform's dashboards, as Grafana sends it when a dashboard is opened.

import { readdirSync, readFileSync } from 'node:fs';
import type { Query } from '../../lib/domain/dashboards/checks/check.ts';
import { findQueries } from '../../lib/domain/dashboards/checks/queries.ts';
import { findUses, PLACEHOLDER } from '../../lib/domain/dashboards/promql/variables.ts';
import type { FoundDashboard } from '../../lib/domain/dashboards/read/dashboard.ts';
import { readDashboard } from '../../lib/domain/dashboards/read/read-dashboard.ts';
import type { ParsePromql } from '../../lib/domain/rules/promql.ts';

export interface PanelQuery {
  /** File and panel; for a variable or an annotation, file and path. */
  readonly where: string;
  readonly expr: string;
  readonly isPanel: boolean;
}

export function readPanelQueries(folder: string, parse: ParsePromql): PanelQuery[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  return files.flatMap((file) => {
    const dashboard = readDashboard(file, readFileSync(`${folder}/${file}`, 'utf8'));
    if ('problem' in dashboard) throw new Error(`${file} ${dashboard.problem}`);
    return findQueries(dashboard, parse).map((query) => ({
      where: `${file}: ${query.panel?.title ?? query.path}`,
      expr: chosen(query, dashboard),
      isPanel: query.panel !== undefined,
    }));
  });
}

/** "All" where there is one, else the first value. */
function chosen({ text, panel, promql }: Query, { variables }: FoundDashboard): string {
  // A variable's own query is wrapped in a function of Grafana's; its expression is what was parsed.
  const query = panel === undefined ? promql.text : text;
  let expr = '';
  let at = 0;
  for (const { name, from, to } of findUses(query)) {
    expr += query.slice(at, from) + firstValue(name);
    at = to;
  }
  return (expr + query.slice(at)).replaceAll(new RegExp(`${PLACEHOLDER}\\w+`, 'g'), '.*');

  function firstValue(name: string): string {
    if (name === '__range') return '1h';
    if (name.startsWith('__')) return name.endsWith('_s') || name.endsWith('_ms') ? '300' : '5m';
    const variable = variables.find((one) => one.name === name);
    if (variable === undefined || variable.isMany || variable.type === 'query') return '.*';
    return variable.query.split(',')[0]?.trim() ?? '';
  }
}
