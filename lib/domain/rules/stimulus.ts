// What makes an alert fire and what keeps it silent, as data.

import { parseDuration } from '../../base/duration.ts';
import { isRecord, own } from '../../base/json.ts';
import { readSeriesValue, type SeriesData } from '../platform/series-value.ts';

export type StimulusValue =
  | { readonly kind: 'value'; readonly value: number }
  /** A timestamp that long before now. */
  | { readonly kind: 'seconds-ago'; readonly seconds: number }
  /** A counter that goes from the first number to the last within a window. */
  | { readonly kind: 'steps'; readonly steps: readonly number[]; readonly withinMs: number }
  /** A gauge that grows steadily by that much in every window. */
  | { readonly kind: 'grow'; readonly by: number; readonly withinMs: number }
  | { readonly kind: 'absent' };

export type Stimulus =
  | {
      readonly kind: 'series';
      readonly metric: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly quiet: StimulusValue;
      readonly fire: StimulusValue;
    }
  /** Series as the cases of tests write them, played over time. */
  | {
      readonly kind: 'played';
      readonly quiet: SeriesData;
      readonly fire: SeriesData;
      /** Alerts that speak of the same trouble, and may fire on it as well. */
      readonly also: readonly string[];
    }
  /** Played from the first cases of the alert's tests. */
  | { readonly kind: 'cases'; readonly also: readonly string[] }
  /** Nothing that is pushed could show it. */
  | { readonly kind: 'unproven'; readonly reason: string }
  /** The scrape of a job fails. */
  | { readonly kind: 'scrape'; readonly job: string }
  /** Fires from the first evaluation on, with no data. */
  | { readonly kind: 'always' };

const SERIES = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/y;

/** The stimulus, or what is wrong with it. */
export function readStimulus(value: unknown): Stimulus | string {
  if (value === 'always') return { kind: 'always' };
  if (!isRecord(value)) return 'stimulus is neither "always" nor a mapping';
  const job = own(value, 'scrape');
  if (typeof job === 'string') return { kind: 'scrape', job };
  const unproven = own(value, 'unproven');
  if (typeof unproven === 'string') return { kind: 'unproven', reason: unproven };
  if (own(value, 'series') === undefined) return readPlayed(value);
  const series = own(value, 'series');
  const read = typeof series === 'string' ? readSeries(series) : null;
  if (read === null) return 'stimulus needs "series" or "scrape"';
  const quiet = readValue(own(value, 'quiet'));
  const fire = readValue(own(value, 'fire'));
  if (quiet === null || fire === null) return 'stimulus needs "quiet" and "fire" values';
  return { kind: 'series', ...read, quiet, fire };
}

function readPlayed(value: Readonly<Record<string, unknown>>): Stimulus | string {
  const given = own(value, 'also') ?? [];
  if (!Array.isArray(given)) return 'stimulus: "also" is no list of alerts';
  const also = given.map(String);
  const [quiet, fire] = [own(value, 'quiet'), own(value, 'fire')];
  if (quiet === undefined && fire === undefined && given.length > 0) return { kind: 'cases', also };
  if (!isRecord(quiet) || !isRecord(fire))
    return 'stimulus needs "series" or "scrape", or series below "quiet" and "fire"';
  const [silent, firing] = [readData(quiet), readData(fire)];
  if (typeof silent === 'string') return `stimulus, quiet: ${silent}`;
  if (typeof firing === 'string') return `stimulus, fire: ${firing}`;
  return { kind: 'played', quiet: silent, fire: firing, also };
}

function readData(given: Readonly<Record<string, unknown>>): SeriesData | string {
  const data: { series: string; value: Exclude<ReturnType<typeof readSeriesValue>, string> }[] = [];
  for (const [series, raw] of Object.entries(given)) {
    const value = readSeriesValue(raw);
    if (typeof value === 'string') return `${series} ${value}`;
    if (readSeries(series) === null) return `${series} is no series`;
    data.push({ series, value });
  }
  return data;
}

export function readSeries(text: string): { metric: string; labels: Record<string, string> } | null {
  const match = SERIES.exec(text.trim());
  if (match === null) return null;
  const labels: Record<string, string> = Object.create(null);
  const inner = (match[2] ?? '').trim();
  let at = 0;
  while (at < inner.length) {
    LABEL.lastIndex = at;
    const label = LABEL.exec(inner);
    if (label === null) return null;
    labels[label[1]!] = label[2]!.replace(/\\(.)/g, '$1');
    at = LABEL.lastIndex;
    while (inner[at] === ' ') at += 1;
  }
  return { metric: match[1]!, labels };
}

function readValue(value: unknown): StimulusValue | null {
  if (typeof value === 'number') return { kind: 'value', value };
  if (value === 'absent') return { kind: 'absent' };
  if (!isRecord(value)) return null;
  const seconds = own(value, 'secondsAgo');
  if (typeof seconds === 'number') return { kind: 'seconds-ago', seconds };
  const withinMs = parseDuration(String(own(value, 'within') ?? ''));
  if (withinMs === undefined) return null;
  const by = own(value, 'grow');
  if (typeof by === 'number') return { kind: 'grow', by, withinMs };
  const steps = own(value, 'steps');
  if (!Array.isArray(steps) || steps.length === 0 || steps.some((step) => typeof step !== 'number')) return null;
  return { kind: 'steps', steps: steps as number[], withinMs };
}
