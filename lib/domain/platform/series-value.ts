// Test data of one series, as people write it: a number, promtool's own notation, or what it does over time.

import { isRecord, own } from '../../base/json.ts';
import { parsePromDuration } from '../rules/prom-duration.ts';

export type SeriesValue =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'raw'; readonly text: string }
  /** From each moment on, that value; null: no sample. */
  | { readonly kind: 'steps'; readonly steps: readonly { readonly atMs: number; readonly value: number | null }[] }
  /** From each moment on, growing by so much a second. */
  | { readonly kind: 'rates'; readonly from: number; readonly rates: readonly RateStep[] }
  /** A timestamp that is so old at the moment the case speaks of. */
  | { readonly kind: 'ago'; readonly seconds: number }
  /** A timestamp that is always so old. */
  | { readonly kind: 'lag'; readonly seconds: number }
  /** Observations a second by upper bound of their bucket, from each moment on. */
  | { readonly kind: 'histogram'; readonly phases: readonly HistogramPhase[] };

export type SeriesData = readonly { readonly series: string; readonly value: SeriesValue }[];

export interface RateStep {
  readonly atMs: number;
  readonly perSecond: number;
}

export interface HistogramPhase {
  readonly atMs: number;
  readonly spread: Spread;
}

export type Spread =
  | { readonly kind: 'buckets'; readonly rates: ReadonlyMap<number, number> }
  | { readonly kind: 'quantile'; readonly quantile: number; readonly value: number; readonly rate: number };

type Mapping = Readonly<Record<string, unknown>>;

/** The value, or what is wrong with it. */
export function readSeriesValue(value: unknown): SeriesValue | string {
  if (typeof value === 'number') return { kind: 'constant', value };
  if (typeof value === 'string') return { kind: 'raw', text: value };
  if (!isRecord(value)) return 'is neither a number, nor a text, nor a mapping';
  const [form] = FORMS.filter((name) => own(value, name) !== undefined);
  if (form === undefined) return `has none of ${FORMS.join(', ')}`;
  return READERS[form](own(value, form), value);
}

const READERS = {
  rate: (given, whole) => readRate(given, whole),
  rates: (given, whole) => {
    const rates = moments(given, asNumber);
    const from = own(whole, 'from') ?? 0;
    if (typeof rates === 'string' || typeof from !== 'number') return 'rates wants moments with numbers';
    return { kind: 'rates', from, rates: rates.map(({ atMs, value }) => ({ atMs, perSecond: value })) };
  },
  grow: (given, whole) => {
    const withinMs = duration(own(whole, 'within'));
    if (typeof given !== 'number' || withinMs === null || withinMs === 0) return 'grow wants a number and "within"';
    return readRate(given / (withinMs / 1_000), whole);
  },
  steps: (given) => {
    const steps = moments(given, (value) => (value === 'absent' ? null : asNumber(value)));
    return typeof steps === 'string' ? `steps ${steps}` : { kind: 'steps', steps };
  },
  ago: (given) => {
    const seconds = asSeconds(given);
    return seconds === undefined ? 'ago wants seconds or a duration' : { kind: 'ago', seconds };
  },
  lag: (given) => {
    const seconds = asSeconds(given);
    return seconds === undefined ? 'lag wants seconds or a duration' : { kind: 'lag', seconds };
  },
  histogram: (given) => {
    if (isRecord(given) && Object.keys(given).some((key) => duration(key) !== null)) {
      const phases = moments(given, readSpread);
      if (typeof phases === 'string') return `histogram ${phases}`;
      return { kind: 'histogram', phases: phases.map(({ atMs, value }) => ({ atMs, spread: value })) };
    }
    const spread = readSpread(given);
    return spread === undefined
      ? 'histogram wants {bound: rate}, or {quantile: {0.99: 0.5}, rate: 100}'
      : { kind: 'histogram', phases: [{ atMs: 0, spread }] };
  },
} satisfies Record<string, (given: unknown, whole: Mapping) => SeriesValue | string>;

const FORMS = Object.keys(READERS) as (keyof typeof READERS)[];

function readRate(perSecond: unknown, whole: Mapping): SeriesValue | string {
  const from = own(whole, 'from') ?? 0;
  const sinceMs = own(whole, 'since') === undefined ? 0 : duration(own(whole, 'since'));
  const untilMs = own(whole, 'until') === undefined ? undefined : duration(own(whole, 'until'));
  if (typeof perSecond !== 'number' || typeof from !== 'number') return 'rate wants a number';
  if (sinceMs === null || untilMs === null) return 'rate wants "since" and "until" as durations';
  const rates: RateStep[] = [{ atMs: sinceMs, perSecond }];
  if (sinceMs > 0) rates.unshift({ atMs: 0, perSecond: 0 });
  if (untilMs !== undefined) rates.push({ atMs: untilMs, perSecond: 0 });
  return { kind: 'rates', from, rates };
}

function readSpread(given: unknown): Spread | undefined {
  if (!isRecord(given)) return undefined;
  const quantile = own(given, 'quantile');
  if (isRecord(quantile)) {
    const [entry] = Object.entries(quantile);
    const rate = own(given, 'rate') ?? 100;
    if (entry === undefined || typeof entry[1] !== 'number' || typeof rate !== 'number') return undefined;
    return { kind: 'quantile', quantile: Number(entry[0]), value: entry[1], rate };
  }
  const rates = new Map<number, number>();
  for (const [bound, rate] of Object.entries(given)) {
    const upper = bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound);
    if (Number.isNaN(upper) || typeof rate !== 'number') return undefined;
    rates.set(upper, rate);
  }
  return { kind: 'buckets', rates };
}

/** `{0s: …, 5m: …}`, in the order of time. */
function moments<T>(given: unknown, read: (value: unknown) => T | undefined): { atMs: number; value: T }[] | string {
  if (!isRecord(given)) return 'wants a mapping from moments';
  const found: { atMs: number; value: T }[] = [];
  for (const [moment, raw] of Object.entries(given)) {
    const atMs = duration(moment);
    const value = read(raw);
    if (atMs === null || value === undefined) return `does not read "${moment}"`;
    found.push({ atMs, value });
  }
  return found.sort((left, right) => left.atMs - right.atMs);
}

function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function asSeconds(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const ms = duration(value);
  return ms === null ? undefined : ms / 1_000;
}

function duration(value: unknown): number | null {
  return typeof value === 'string' && value !== '' ? parsePromDuration(value) : null;
}
