// Aligned columns, with colour that does not count as width.

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be cut where the terminal is too narrow; its cells carry no colour. */
  readonly cuts?: boolean;
}

const COLOR = /\u001b\[[0-9;]*m/g;

/** `within`: columns of the terminal. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  within = Number.POSITIVE_INFINITY,
): string[] {
  const wanted = columns.map(({ title }, index) =>
    Math.max(width(title), ...rows.map((row) => width(row[index] ?? ''))),
  );
  const widths = narrow(columns, wanted, within);
  const cell = (text: string, index: number): string => {
    const most = widths[index] ?? 0;
    return width(text) > most ? clipCells(text, most) : text;
  };
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, index) => pad(cell(cells[index] ?? '', index), widths[index] ?? 0, align ?? 'left'))
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...rows.map(line)];
}

const LEAST = 8;

/** Takes from the widest column that may be cut, cell by cell, until the line fits or nothing is left to take. */
function narrow(columns: readonly Column[], wanted: readonly number[], within: number): number[] {
  const widths = [...wanted];
  let over = widths.reduce((sum, one) => sum + one, 2 * (columns.length - 1)) - within;
  for (; over > 0; over -= 1) {
    let widest = -1;
    for (const [index, { cuts }] of columns.entries()) {
      if (cuts === true && (widths[index] ?? 0) > (widths[widest] ?? LEAST)) widest = index;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function pad(text: string, to: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, to - width(text)));
  return align === 'right' ? space + text : text + space;
}

function clipCells(text: string, most: number): string {
  let kept = '';
  let left = most - 1;
  for (const point of text) {
    left -= cellsOf(point);
    if (left < 0) break;
    kept += point;
  }
  return `${kept}…`;
}

function width(text: string): number {
  let cells = 0;
  for (const point of text.replace(COLOR, '')) cells += cellsOf(point);
  return cells;
}

function cellsOf(point: string): number {
  return isWide(point.codePointAt(0) ?? 0) ? 2 : 1;
}

/** East Asian wide characters and emoji take two cells. */
function isWide(point: number): boolean {
  return (
    (point >= 0x1100 && point <= 0x115f) ||
    (point >= 0x2e80 && point <= 0xa4cf) ||
    (point >= 0xac00 && point <= 0xd7a3) ||
    (point >= 0xf900 && point <= 0xfaff) ||
    (point >= 0xfe30 && point <= 0xfe6f) ||
    (point >= 0xff00 && point <= 0xff60) ||
    (point >= 0x1f300 && point <= 0x1faff)
  );
}
