// A service level objective, read and checked: what the compiler works on.

import type { Rational } from './rational.ts';

/** Stands for the window in a query, as sloth writes it. */
export const WINDOW = '{{.window}}';

/** Queries hold WINDOW where their range goes. */
export type Indicator =
  | { readonly kind: 'events'; readonly bad: string; readonly total: string; readonly samples: Samples | null }
  | { readonly kind: 'ratio'; readonly ratio: string };

/** Series by which the queries can be fed in a test: each counts bad events, good ones, or all. */
export type Samples = readonly { readonly series: string; readonly counts: 'bad' | 'good' | 'all' }[];

export type Urgency = 'page' | 'ticket';

export interface UrgencyPlan {
  readonly isOff: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Slo {
  readonly name: string;
  readonly service: string;
  readonly description: string;
  /** In per cent, as written. */
  readonly objectivePercent: Rational;
  readonly windowMs: number;
  readonly indicator: Indicator;
  readonly labels: Readonly<Record<string, string>>;
  /** Alerts are named after it: `ALERT_GATEWAY_AVAILABILITY`. */
  readonly alertName: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly urgencies: Readonly<Record<Urgency, UrgencyPlan>>;
  /** An alert needs as many bad events in its long window; null: one may do. */
  readonly leastBadEvents: number | null;
}
