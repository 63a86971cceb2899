// Series of a test's case, played against the clock: what each of them shows at this moment.

import type { Metric } from '../platform/platform.ts';
import { partsOfHistogram, valueAt } from '../platform/print-series.ts';
import type { SeriesData } from '../platform/series-value.ts';
import { type Promql, type PromqlNode, textOf, walk } from '../rules/promql.ts';
import { findSelectors } from '../rules/selectors.ts';
import { readSeries } from '../rules/stimulus.ts';

export interface PlayedSample {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PlayClock {
  /** Since the case began, in real time. */
  readonly elapsedMs: number;
  /** Of the wall: for timestamps, which no quick motion moves. */
  readonly nowMs: number;
  readonly factor: number;
}

export interface Playing {
  readonly metrics: ReadonlyMap<string, Metric>;
  /** Metrics whose growth is compared over a window: in quick motion they grow so much faster. */
  readonly counted: ReadonlySet<string>;
}

export function playSeries(data: SeriesData, { metrics, counted }: Playing, clock: PlayClock): PlayedSample[] {
  const caseMs = clock.elapsedMs * clock.factor;
  const add = (series: string, at: (ms: number) => number | null): PlayedSample[] => {
    const read = readSeries(series);
    if (read === null) return [];
    const start = at(0) ?? 0;
    const whole = at(caseMs);
    if (whole === null) return [];
    // A rate is per second of any clock: what only rates read grows as it would without quick motion.
    const value = counted.has(read.metric) ? whole : start + (whole - start) / clock.factor;
    return [{ ...read, value }];
  };
  return data.flatMap(({ series, value }): PlayedSample[] => {
    switch (value.kind) {
      case 'raw':
        return [];
      case 'histogram': {
        const parts = partsOfHistogram(series, value.phases, metrics);
        return typeof parts === 'string' ? [] : parts.flatMap((part) => add(part.series, part.at));
      }
      case 'rates':
        return add(series, (ms) => valueAt(value, ms, 0));
      default: {
        const isStamp = value.kind === 'ago' || value.kind === 'lag';
        const read = readSeries(series);
        const now = valueAt(value, isStamp ? clock.nowMs : caseMs, clock.nowMs);
        return read === null || now === null ? [] : [{ ...read, value: now }];
      }
    }
  });
}

// What these compare is how much there is more at the end of a window, not how fast it grows.
const OVER_WINDOW = new Set(['increase', 'delta', 'idelta', 'changes', 'resets']);

/** Metrics that the expression reads by their growth over a window. */
export function countedMetrics(promql: Promql): Set<string> {
  const selectors = new Map(findSelectors(promql).map((one) => [one.node, one.metric]));
  const found = new Set<string>();
  for (const { node, ancestors } of walk(promql.root)) {
    const metric = selectors.get(node);
    if (metric !== undefined && ancestors.some((ancestor) => OVER_WINDOW.has(functionOf(promql, ancestor)))) {
      found.add(metric);
    }
  }
  return found;
}

function functionOf(promql: Promql, { children }: PromqlNode): string {
  const name = children.find(({ type }) => type === 'FunctionIdentifier');
  return name === undefined ? '' : textOf(promql, name).toLowerCase();
}
