// A dashboard as found: ours, exported, wrapped, or of an old schema, brought into one shape without trusting any of it.

import type { GridPosition } from '../grid.ts';

export interface FoundDashboard {
  /** As messages show it. */
  readonly file: string;
  /** Where the dashboard begins in its document: empty, or `dashboard`. */
  readonly path: string;
  readonly uid: string | undefined;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly folder: string | undefined;
  readonly refresh: string | undefined;
  /** The span it opens with, as written. */
  readonly time: { readonly from: string | undefined; readonly to: string | undefined };
  readonly schemaVersion: number | undefined;
  readonly panels: readonly FoundPanel[];
  readonly rows: readonly FoundRow[];
  readonly variables: readonly FoundVariable[];
  readonly annotations: readonly FoundAnnotation[];
  /** Names that an export asks for when it is imported: `DS_PROMETHEUS`. */
  readonly inputs: ReadonlySet<string>;
  /** Every text in it, where a variable may be used. */
  readonly texts: readonly FoundText[];
  readonly links: readonly FoundLink[];
  /** Fields that are not of the kind Grafana's schema says. */
  readonly misfits: readonly Misfit[];
}

export interface FoundPanel {
  readonly path: string;
  readonly id: number | undefined;
  readonly title: string | undefined;
  readonly type: string;
  readonly description: string | undefined;
  /** Null in the old schema, which had rows and spans instead. */
  readonly grid: GridPosition | null;
  /** Panels of a folded row take no room until it is opened. */
  readonly isFolded: boolean;
  readonly unit: string | undefined;
  /** Queries with a unit of their own, by refId; `*` when some fields have one by another rule. */
  readonly ownUnits: ReadonlySet<string>;
  readonly thresholds: readonly (number | null)[];
  /** Thresholds are parts of the way from the least to the largest value. */
  readonly thresholdsAreShares: boolean;
  /** The largest value it is made for. */
  readonly max: number | undefined;
  readonly min: number | undefined;
  /** Of each threshold. */
  readonly colors: readonly string[];
  /** The Markdown of a text panel. */
  readonly content: string;
  readonly datasource: FoundSource | undefined;
  readonly targets: readonly FoundTarget[];
  readonly repeat: string | undefined;
  /** The table of Grafana 6 and before, under the name of today's. */
  readonly isOldTable: boolean;
  /** A heatmap that makes its buckets itself. */
  readonly calculates: boolean;
  readonly library: boolean;
  readonly links: readonly FoundLink[];
  /** Judges its own queries, as panels did before Grafana 9. */
  readonly hasAlert: boolean;
}

export interface FoundRow {
  readonly path: string;
  readonly title: string | undefined;
  readonly repeat: string | undefined;
  readonly panels: number;
}

export interface FoundTarget {
  readonly path: string;
  readonly refId: string | undefined;
  readonly expr: string | undefined;
  readonly legend: string | undefined;
  readonly format: string | undefined;
  readonly instant: boolean;
  /** Over time as well as at one instant. */
  readonly range: boolean;
  readonly isHidden: boolean;
  /** Of a query that computes with others: `$A + $B`, or the name of one. */
  readonly expression: { readonly kind: string; readonly text: string } | undefined;
  readonly interval: string | undefined;
  readonly datasource: FoundSource | undefined;
}

export interface FoundSource {
  readonly path: string;
  /** The uid, or the name in the old form; null: the default. */
  readonly name: string | null;
  readonly type: string | undefined;
}

export interface FoundVariable {
  readonly path: string;
  readonly name: string;
  readonly type: string;
  readonly query: string;
  /** May hold several values at once. */
  readonly isMany: boolean;
  readonly datasource: FoundSource | undefined;
}

export interface FoundAnnotation {
  readonly path: string;
  readonly name: string;
  readonly expr: string | undefined;
  readonly datasource: FoundSource | undefined;
}

export interface FoundLink {
  readonly path: string;
  readonly title: string;
  /** `dashboards` finds others by their tags, and needs no address. */
  readonly kind: string;
  readonly url: string | undefined;
}

export interface FoundText {
  readonly path: string;
  readonly text: string;
}

export interface Misfit {
  readonly path: string;
  readonly wanted: string;
  readonly found: string;
}
