// A dashboard as people write it: what is shown, in rows; positions, ids and datasources are computed.

export const PANEL_KINDS = [
  'stat',
  'timeseries',
  'gauge',
  'bargauge',
  'table',
  'heatmap',
  'piechart',
  'barchart',
  'state-timeline',
  'logs',
  'text',
] as const;
export type PanelKind = (typeof PANEL_KINDS)[number];

export const VARIABLE_KINDS = ['query', 'custom', 'interval', 'datasource', 'textbox'] as const;
export type VariableKind = (typeof VARIABLE_KINDS)[number];

export interface DashboardSpec {
  readonly uid: string;
  readonly title: string;
  /** The folder's title in Grafana. */
  readonly folder: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** `30s`; empty: never by itself. */
  readonly refresh: string;
  /** `now-6h` */
  readonly from: string;
  readonly links: readonly LinkSpec[];
  readonly variables: readonly VariableSpec[];
  readonly annotations: readonly AnnotationSpec[];
  readonly rows: readonly RowSpec[];
}

export interface LinkSpec {
  readonly title: string;
  /** One of these three: an address, the uid of another dashboard, or every dashboard with these tags. */
  readonly url: string | undefined;
  readonly dashboard: string | undefined;
  readonly tags: readonly string[];
}

export interface VariableSpec {
  readonly name: string;
  readonly label: string;
  readonly kind: VariableKind;
  /** What it means depends on the kind: a Prometheus variable query, values, a datasource type, or the first text. */
  readonly query: string;
  readonly multi: boolean;
  readonly all: boolean;
}

export interface AnnotationSpec {
  readonly name: string;
  /** Of Grafana's own store: all of these tags. Or else a query. */
  readonly tags: readonly string[];
  readonly expr: string | undefined;
  readonly color: string | undefined;
}

export interface RowSpec {
  readonly title: string;
  /** Once for every value of this variable. */
  readonly repeat: string | undefined;
  readonly collapsed: boolean;
  readonly panels: readonly PanelSpec[];
}

export interface PanelSpec {
  readonly title: string;
  readonly kind: PanelKind;
  readonly description: string;
  readonly unit: string | undefined;
  /** Of the 24 columns. */
  readonly width: number;
  readonly height: number;
  readonly queries: readonly QuerySpec[];
  readonly thresholds: readonly ThresholdSpec[];
  readonly mappings: readonly MappingSpec[];
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly decimals: number | undefined;
  readonly stack: boolean;
  readonly links: readonly LinkSpec[];
  /** What a stat writes in its square. */
  readonly show: 'value' | 'name' | 'value_and_name' | undefined;
  /** Columns of a table that say nothing. */
  readonly hide: readonly string[];
  /** Another span than the dashboard's: `30d`. */
  readonly over: string | undefined;
  /** The Markdown of a text panel. */
  readonly text: string;
}

export interface QuerySpec {
  readonly expr: string;
  /** Names the series: text and `{{label}}`; in a table the title of the value's column. */
  readonly legend: string | undefined;
  readonly instant: boolean | undefined;
  readonly format: 'time_series' | 'table' | 'heatmap' | undefined;
  /** When it differs from the panel's: columns of a table, two scales in one graph. */
  readonly unit: string | undefined;
  /** The least step, for series that are scraped less often than the datasource says. */
  readonly interval: string | undefined;
}

/** The first step has no `at`: it colours everything below the second. */
export interface ThresholdSpec {
  readonly at: number | null;
  readonly color: string;
}

export interface MappingSpec {
  readonly value: string;
  readonly text: string;
  readonly color: string | undefined;
}

/** Width and height when a panel says none. */
export const PANEL_SIZES = {
  stat: { width: 6, height: 4 },
  timeseries: { width: 12, height: 8 },
  gauge: { width: 6, height: 6 },
  bargauge: { width: 8, height: 8 },
  table: { width: 12, height: 8 },
  heatmap: { width: 12, height: 8 },
  piechart: { width: 8, height: 8 },
  barchart: { width: 12, height: 8 },
  'state-timeline': { width: 24, height: 6 },
  logs: { width: 24, height: 10 },
  text: { width: 24, height: 4 },
} satisfies Record<PanelKind, { width: number; height: number }>;
