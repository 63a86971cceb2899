// Datasources, always through a variable: a dashboard works in any Grafana, whatever its datasources are called.

import type { DashboardSpec, PanelKind, VariableSpec } from '../spec.ts';

export interface SourceRef {
  readonly type: string;
  readonly uid: string;
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in.
export const METRICS: SourceRef = { type: 'prometheus', uid: '${datasource}' };
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in.
export const LOGS: SourceRef = { type: 'loki', uid: '${logs}' };
/** Grafana's own store of annotations: the one source that is the same everywhere. */
export const GRAFANA: SourceRef = { type: 'grafana', uid: '-- Grafana --' };

export function sourceOf(kind: PanelKind): SourceRef {
  return kind === 'logs' ? LOGS : METRICS;
}

/** The variables that choose the datasources, unless the file declares them itself. */
export function sourceVariables({ rows, variables }: DashboardSpec): VariableSpec[] {
  const hasLogs = rows.some(({ panels }) => panels.some(({ kind }) => kind === 'logs'));
  const wanted = [
    { name: 'datasource', label: 'Metrics', query: 'prometheus', isUsed: true },
    { name: 'logs', label: 'Logs', query: 'loki', isUsed: hasLogs },
  ];
  return wanted
    .filter(({ name, isUsed }) => isUsed && !variables.some((variable) => variable.name === name))
    .map(({ name, label, query }) => ({ name, label, query, kind: 'datasource', multi: false, all: false }));
}
