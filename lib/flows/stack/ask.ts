// Questions to Prometheus and Alertmanager: JSON answers, one deadline each.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { isRecord, own } from '../../base/json.ts';
import type { Context } from '../../run/context.ts';

export type Asking = Pick<Context, 'http' | 'signal'>;
export type Mapping = Readonly<Record<string, unknown>>;

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 16 * 1024 * 1024;

export async function askJson({ http, signal }: Asking, url: string): Promise<unknown> {
  const response = await http.request({ method: 'GET', url, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, signal });
  if (response.status === 200) return response.json();
  throw new Fault('stack answer not ok', `Cannot read ${url.split('?', 1)[0]}: status ${response.status}`, {
    exit: EXIT.unavailable,
    retryable: response.status >= 500,
  });
}

/** The `data` of Prometheus's answer. */
export async function askPrometheus(ctx: Asking, base: string, path: string): Promise<Mapping> {
  const answer = await askJson(ctx, `${base}/api/v1/${path}`);
  const data = isRecord(answer) ? own(answer, 'data') : undefined;
  return isRecord(data) ? data : {};
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Sample times in ms and values, oldest first. */
  readonly samples: readonly (readonly [atMs: number, value: number])[];
}

/** An instant query of a range vector: every sample as it was written. */
export async function querySamples(ctx: Asking, base: string, query: string): Promise<Series[]> {
  const data = await askPrometheus(ctx, base, `query?query=${encodeURIComponent(query)}`);
  return records(own(data, 'result')).map((entry) => ({
    labels: labelsOf(own(entry, 'metric')),
    samples: pairs(own(entry, 'values') ?? [own(entry, 'value')]),
  }));
}

export function records(value: unknown): Mapping[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function labelsOf(value: unknown): Record<string, string> {
  const labels: Record<string, string> = Object.create(null);
  for (const [name, text] of Object.entries(isRecord(value) ? value : {})) labels[name] = String(text);
  return labels;
}

function pairs(value: unknown): [number, number][] {
  const list = Array.isArray(value) ? value : [];
  return list.flatMap((entry): [number, number][] =>
    Array.isArray(entry) ? [[Number(entry[0]) * 1_000, Number(entry[1])]] : [],
  );
}
