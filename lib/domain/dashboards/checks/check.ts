// What a check is given and what it answers.

import type { Promql } from '../../rules/promql.ts';
import type { MetricFacts } from '../promql/facts.ts';
import type { FoundDashboard, FoundPanel, FoundTarget } from '../read/dashboard.ts';

/** `error`: somebody sees nothing, or something untrue. `warning`: harder to read than need be. */
export type Severity = 'error' | 'warning';

export interface Found {
  readonly path: string;
  readonly panel?: FoundPanel;
  readonly message: string;
}

export interface DashboardFinding {
  readonly file: string;
  /** Empty when it is about the dashboard as a whole. */
  readonly panel: string;
  readonly panelId: number | null;
  readonly check: string;
  readonly severity: Severity;
  /** Inside the JSON: `panels[3].targets[0].expr` */
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** A PromQL expression somewhere in the dashboard, with Grafana's variables filled in. */
export interface Query {
  readonly path: string;
  readonly promql: Promql;
  /** As written. */
  readonly text: string;
  readonly panel: FoundPanel | undefined;
  readonly target: FoundTarget | undefined;
}

export interface CheckFacts {
  readonly facts: MetricFacts;
  readonly queries: readonly Query[];
  /** Those whose grammar is right: the tree of the others says little. */
  readonly sound: readonly Query[];
}

export type Check = (dashboard: FoundDashboard, given: CheckFacts) => Found[];

export function inQuery({ path, panel }: Query, message: string): Found {
  return { path, message, ...(panel === undefined ? {} : { panel }) };
}
