// Tables: aligned, and cut where the terminal is too narrow.

import { expect, test } from 'vitest';
import { tableLines } from '../../lib/base/table.ts';

const COLUMNS = [{ title: 'NAME' }, { title: 'WHAT', cuts: true }, { title: 'WHERE', cuts: true }, { title: 'N' }];
const ROWS = [
  ['a', 'a rather long description of it', 'http://127.0.0.1:17401/healthz', '1'],
  ['long-name', 'short', 'here', '1000'],
];

test('a table that fits is not cut', () => {
  const lines = tableLines(COLUMNS, ROWS, 200);
  expect(lines).toEqual(tableLines(COLUMNS, ROWS));
  expect(lines[1]).toContain('a rather long description of it');
});

test('a narrow terminal cuts the widest columns that may be cut, and keeps the others aligned', () => {
  for (const within of [70, 60, 50, 40]) {
    const lines = tableLines(COLUMNS, ROWS, within);
    expect(Math.max(...lines.map((line) => line.length))).toBe(within);
    expect(lines[1]).toMatch(/^a {10}\S.*… {2}\S.*… {2}1$/);
    expect(lines[2]).toMatch(/^long-name {2}short.* {2}1000$/);
  }
});

test('what may not be cut is whole however narrow it gets', () => {
  const lines = tableLines(COLUMNS, ROWS, 10);
  expect(lines[2]).toContain('long-name');
  expect(lines[1]).toMatch(/^a {10}a rathe… {2}http:\/\/… {2}1$/);
});
