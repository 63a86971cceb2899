// Ratios against their bars, as a table; what is not met makes the benchmark fail.

export interface Row {
  readonly what: string;
  readonly ratio: number;
  /** Most that the ratio may be; without one the row only informs. */
  readonly most?: number;
  readonly note?: string;
}

/** Answers how many bars were not met. NaN meets none. */
export function printBars(rows: readonly Row[]): number {
  const lines = rows.map(({ what, ratio, most, note }) => [
    what,
    ratio.toFixed(2),
    most === undefined ? '' : `<= ${most.toFixed(1)}`,
    most === undefined ? '' : ratio <= most ? 'met' : 'NOT MET',
    note ?? '',
  ]);
  const table = [['', 'ratio', 'bar', '', ''], ...lines];
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
