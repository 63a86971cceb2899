// What makes an alert fire and what keeps it silent, as data.

import { parseDuration } from '../../base/duration.ts';
import { isRecord, own } from '../../base/json.ts';

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
  const series = own(value, 'series');
  const read = typeof series === 'string' ? readSeries(series) : null;
  if (read === null) return 'stimulus needs "series" or "scrape"';
  const quiet = readValue(own(value, 'quiet'));
  const fire = readValue(own(value, 'fire'));
  if (quiet === null || fire === null) return 'stimulus needs "quiet" and "fire" values';
  return { kind: 'series', ...read, quiet, fire };
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
