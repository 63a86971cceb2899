// Which datasource a query goes to, as far as the file tells.

import { findUses } from '../promql/variables.ts';
import type { FoundDashboard, FoundPanel, FoundSource, FoundTarget } from '../read/dashboard.ts';

/** Grafana's own, the same everywhere. */
const OWN = new Set(['-- Grafana --', '-- Mixed --', '-- Dashboard --', 'grafana', '__expr__', 'default']);

export function isHardCoded({ name, type }: FoundSource): boolean {
  if (name === null || name === '' || OWN.has(name)) return false;
  return type !== 'datasource' && type !== '__expr__' && findUses(name).length === 0;
}

/** `prometheus`, `loki`, …; undefined when the file does not say. */
export function sourceType(dashboard: FoundDashboard, panel: FoundPanel, target: FoundTarget): string | undefined {
  const own = typeOf(dashboard, target.datasource);
  if (own !== undefined) return own;
  const above = typeOf(dashboard, panel.datasource);
  if (above !== undefined) return above;
  return panel.type === 'logs' ? 'loki' : undefined;
}

/** What the variable behind a source of a stated type offers; undefined when either is not said. */
export function declaredType({ variables }: FoundDashboard, { name, type }: FoundSource): string | undefined {
  const used = findUses(name ?? '')[0]?.name;
  if (type === undefined || type.startsWith('$') || type === 'datasource' || used === undefined) return undefined;
  const query = variables.find((one) => one.type === 'datasource' && one.name === used)?.query;
  // Only the datasources that come with Grafana are known by one name each.
  return query !== undefined && BUILT_IN.has(query) && BUILT_IN.has(type) ? query : undefined;
}

const BUILT_IN = new Set([
  'prometheus',
  'loki',
  'tempo',
  'jaeger',
  'alertmanager',
  'influxdb',
  'elasticsearch',
  'mysql',
]);

export function typeOf({ variables }: FoundDashboard, source: FoundSource | undefined): string | undefined {
  if (source === undefined) return undefined;
  if (source.type !== undefined && source.type !== 'datasource' && !source.type.startsWith('$')) return source.type;
  const used = findUses(source.name ?? '')[0]?.name;
  if (used === undefined) return /loki/i.test(source.name ?? '') ? 'loki' : undefined;
  const variable = variables.find(({ name, type }) => type === 'datasource' && name === used);
  return variable?.query;
}
