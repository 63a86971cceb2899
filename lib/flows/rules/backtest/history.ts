// Recorded history, asked of a Prometheus in pieces that it is able to answer.

import { EXIT } from '../../../base/exit-codes.ts';
import { Fault, isFault } from '../../../base/fault.ts';
import { HTTP_CODE } from '../../../base/http-codes.ts';
import { isRecord, own } from '../../../base/json.ts';
import { oneLine } from '../../../base/sanitize.ts';
import type { Grid } from '../../../domain/rules/backtest/grid.ts';
import type { Context } from '../../../run/context.ts';

export type HistoryContext = Pick<Context, 'http' | 'signal'>;

export interface HistorySeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Steps of the grid at which it has a value, ascending, and those values. */
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** An answer for some steps of the grid, in order; the pieces of a range leave none out. */
export interface Piece {
  readonly first: number;
  readonly last: number;
  readonly series: readonly HistorySeries[];
  /** Why these steps could not be evaluated; null when they were. */
  readonly failure: string | null;
}

// Prometheus refuses more than 11,000 points a series in one answer.
const MOST_STEPS = 10_000;
const MAX_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 60_000;
// A failure at a few steps is found by halving; one at all steps would be halved to every single one of them.
const MOST_FAILURES = 200;
// A question that nobody answered has cost a minute.
const TIMED_OUT_COUNTS = 20;

/** Too much at once, or an evaluation that fails at some of its steps: half of it may work. */
interface Unanswered {
  readonly reason: string;
  readonly cost: number;
}

export async function readHistory(
  ctx: HistoryContext,
  base: string,
  { query, grid, onPiece }: { query: string; grid: Grid; onPiece: (piece: Piece) => void },
): Promise<void> {
  let failures = 0;
  for (let first = 0; first < grid.count; first += MOST_STEPS) {
    await read(first, Math.min(first + MOST_STEPS, grid.count) - 1);
  }

  async function read(first: number, last: number): Promise<void> {
    const answer = await ask(ctx, base, query, grid, first, last);
    if (Array.isArray(answer)) return onPiece({ first, last, series: answer, failure: null });
    failures += answer.cost;
    if (first === last || failures > MOST_FAILURES) {
      return onPiece({ first, last, series: [], failure: answer.reason });
    }
    const middle = Math.floor((first + last) / 2);
    await read(first, middle);
    await read(middle + 1, last);
  }
}

/** The series, or why these steps could not be answered. */
async function ask(
  { http, signal }: HistoryContext,
  base: string,
  query: string,
  grid: Grid,
  first: number,
  last: number,
): Promise<HistorySeries[] | Unanswered> {
  const at = (step: number): string => String((grid.fromMs + step * grid.stepMs) / 1_000);
  const form = { query, start: at(first), end: at(last), step: String(grid.stepMs / 1_000) };
  try {
    const response = await http.request({
      method: 'POST',
      url: `${base}/api/v1/query_range`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      signal,
      isProbe: true,
    });
    if (response.status === 200) return readMatrix(response.json(), grid);
    // 422: the evaluation failed or would load too many samples. 503: it took too long.
    if (response.status === 422 || response.status === 503) {
      return { reason: reasonOf(response.json()), cost: 1 };
    }
    throw refusal(base, response.status, response.text());
  } catch (error) {
    signal.throwIfAborted();
    if (!isFault(error)) throw error;
    if (error.code === HTTP_CODE.tooLarge) return { reason: error.message, cost: 1 };
    if (error.code === HTTP_CODE.timedOut) return { reason: error.message, cost: TIMED_OUT_COUNTS };
    throw error;
  }
}

function refusal(base: string, status: number, text: string): Fault {
  return new Fault('history not readable', `Cannot ask ${base} for its history: status ${status}, ${oneLine(text)}`, {
    exit: status === 400 ? EXIT.unknown : EXIT.unavailable,
    hint:
      status === 400
        ? 'run "mdops rules check" on these rules; a newer grammar may need a newer Prometheus'
        : 'is --prometheus-url the Prometheus itself?',
  });
}

function reasonOf(answer: unknown): string {
  const error = isRecord(answer) ? own(answer, 'error') : undefined;
  return typeof error === 'string' ? oneLine(error) : 'the evaluation failed';
}

function readMatrix(answer: unknown, grid: Grid): HistorySeries[] {
  const data = isRecord(answer) ? own(answer, 'data') : undefined;
  const result = isRecord(data) ? own(data, 'result') : undefined;
  return (Array.isArray(result) ? result : []).filter(isRecord).map((entry) => readSeries(entry, grid));
}

function readSeries(entry: Readonly<Record<string, unknown>>, grid: Grid): HistorySeries {
  const labels: Record<string, string> = Object.create(null);
  const metric = own(entry, 'metric');
  for (const [name, text] of Object.entries(isRecord(metric) ? metric : {})) labels[name] = String(text);
  // A native histogram makes a condition true as well; it has no single value.
  const pairs = [...samplesOf(own(entry, 'values')), ...samplesOf(own(entry, 'histograms'))];
  const samples = pairs.map(([at, value]) => [Math.round((at * 1_000 - grid.fromMs) / grid.stepMs), value] as const);
  samples.sort(([left], [right]) => left - right);
  return { labels, steps: samples.map(([step]) => step), values: samples.map(([, value]) => value) };
}

function samplesOf(value: unknown): [number, number][] {
  const list = Array.isArray(value) ? value : [];
  return list.flatMap((entry): [number, number][] =>
    Array.isArray(entry) ? [[Number(entry[0]), numberOf(entry[1])]] : [],
  );
}

function numberOf(value: unknown): number {
  if (value === '+Inf') return Number.POSITIVE_INFINITY;
  if (value === '-Inf') return Number.NEGATIVE_INFINITY;
  return typeof value === 'string' ? Number(value) : Number.NaN;
}
