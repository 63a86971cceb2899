// Panels never overlap and never leave the grid, whatever their sizes.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeRows } from '../../../lib/domain/dashboards/grid.ts';
import { readSpec } from '../../../lib/domain/dashboards/read-spec.ts';
import type { RowSpec } from '../../../lib/domain/dashboards/spec.ts';

const { spec } = await readSpec('rows: [{ title: a, panels: [{ title: a, kind: text, text: a }] }]');
const PANEL = spec.rows[0]!.panels[0]!;

const size = fc.record({ width: fc.integer({ min: 1, max: 24 }), height: fc.integer({ min: 1, max: 20 }) });
const row = fc
  .record({ collapsed: fc.boolean(), sizes: fc.array(size, { minLength: 1, maxLength: 12 }) })
  .map(({ collapsed, sizes }): RowSpec => {
    return { title: 'r', repeat: undefined, collapsed, panels: sizes.map((one) => ({ ...PANEL, ...one })) };
  });

test('panels and rows lie apart, inside the 24 columns, below the head of their row', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 6 }), (rows) => {
      const placed = placeRows({ rows });
      const open = placed.flatMap(({ row: { collapsed }, position, panels }) => [
        position,
        ...(collapsed ? [] : panels.map((panel) => panel.position)),
      ]);
      for (const [index, a] of open.entries()) {
        expect(a.x + a.w).toBeLessThanOrEqual(24);
        for (const b of open.slice(index + 1)) {
          const areApart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
          expect(areApart).toBe(true);
        }
      }
    }),
  );
});

test('ids are unique, and a new panel moves only those of its own row', () => {
  const two = (count: number): RowSpec => ({
    title: 'r',
    repeat: undefined,
    collapsed: false,
    panels: Array.from({ length: count }, () => PANEL),
  });
  const before = placeRows({ rows: [two(2), two(2)] });
  const after = placeRows({ rows: [two(3), two(2)] });
  expect(before.flatMap(({ id, panels }) => [id, ...panels.map((panel) => panel.id)])).toEqual([
    100, 101, 102, 200, 201, 202,
  ]);
  expect(after[1]!.panels.map(({ id }) => id)).toEqual([201, 202]);
});
