// Where each panel lies on the 24 columns: left to right, a new shelf when it no longer fits.

import type { DashboardSpec, PanelSpec, RowSpec } from './spec.ts';

export interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface PlacedRow {
  readonly row: RowSpec;
  readonly id: number;
  readonly position: GridPosition;
  readonly panels: readonly PlacedPanel[];
}

export interface PlacedPanel {
  readonly panel: PanelSpec;
  /** Row times a hundred and place in it: a new panel moves only the ids of its own row. */
  readonly id: number;
  readonly position: GridPosition;
}

const COLUMNS = 24;

export function placeRows({ rows }: Pick<DashboardSpec, 'rows'>): PlacedRow[] {
  let y = 0;
  return rows.map((row, index) => {
    const id = (index + 1) * 100;
    const position = { x: 0, y, w: COLUMNS, h: 1 };
    const panels = placePanels(row.panels, id, y + 1);
    // What is folded away takes no room.
    const bottom = Math.max(y + 1, ...panels.map(({ position: at }) => at.y + at.h));
    y = row.collapsed ? y + 1 : bottom;
    return { row, id, position, panels };
  });
}

function placePanels(panels: readonly PanelSpec[], rowId: number, top: number): PlacedPanel[] {
  let x = 0;
  let y = top;
  let shelf = 0;
  return panels.map((panel, index) => {
    if (x + panel.width > COLUMNS) {
      x = 0;
      y += shelf;
      shelf = 0;
    }
    const position = { x, y, w: panel.width, h: panel.height };
    x += panel.width;
    shelf = Math.max(shelf, panel.height);
    return { panel, id: rowId + index + 1, position };
  });
}
