// Latencies as a few rows that a person can take in: bounds of 1, 2 and 5, from the quickest to the slowest.

export interface HistogramRow {
  /** Upper bound in milliseconds, included. */
  readonly upToMs: number;
  readonly count: number;
}

const STEPS = [1, 2, 5] as const;
// 10 µs; nothing over a socket is quicker.
const LEAST_MS = 0.01;

/** Of sorted latencies; rows between the first and the last that are not empty. */
export function histogramOf(sorted: Float64Array): HistogramRow[] {
  const rows: HistogramRow[] = [];
  let at = 0;
  for (const upToMs of bounds()) {
    const from = at;
    while (at < sorted.length && (sorted[at] ?? 0) <= upToMs) at += 1;
    if (at > from || rows.length > 0) rows.push({ upToMs, count: at - from });
    if (at >= sorted.length) return rows;
  }
  return rows;
}

function* bounds(): Generator<number> {
  for (let decade = LEAST_MS; decade < 1e7; decade *= 10) {
    for (const step of STEPS) yield Number((step * decade).toPrecision(3));
  }
}

const BLOCKS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** A bar of eighths of a cell; anything that is not nothing is seen. */
export function barOf(count: number, most: number, cells: number): string {
  const eighths = count === 0 ? 0 : Math.max(1, Math.round((count / most) * cells * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (BLOCKS[eighths % 8] ?? '');
}
