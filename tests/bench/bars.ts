// Figures against their bars, as a table; what is not met makes the benchmark fail.

export interface Row {
  readonly what: string;
  /** A ratio, unless `unit` says what else. */
  readonly ratio: number;
  readonly unit?: 'ms' | '/s' | '';
  /** Most that the figure may be; without one the row only informs. */
  readonly most?: number;
  readonly note?: string;
}

/** Answers how many bars were not met. NaN meets none. */
export function printBars(rows: readonly Row[]): number {
  const lines = rows.map(({ what, ratio, unit, most, note }) => [
    what,
    unit === undefined ? ratio.toFixed(2) : inUnit(ratio, unit),
    most === undefined ? '' : `<= ${unit === undefined ? most.toFixed(1) : inUnit(most, unit)}`,
    most === undefined ? '' : ratio <= most ? 'met' : 'NOT MET',
    note ?? '',
  ]);
  const head = rows.some(({ unit }) => unit !== undefined) ? 'figure' : 'ratio';
  const table = [['', head, 'bar', '', ''], ...lines];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  for (const cells of table) {
    process.stdout.write(
      `${cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
  return lines.filter((cells) => cells[3] === 'NOT MET').length;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** By nearest rank; of fifty values the 99th percentile is the greatest. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

function inUnit(figure: number, unit: string): string {
  const digits = unit === 'ms' ? 0 : 1;
  return `${unit === '' ? String(figure) : figure.toFixed(digits)}${unit === 'ms' ? ' ms' : unit}`;
}
