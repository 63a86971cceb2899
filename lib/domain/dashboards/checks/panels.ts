// Checks of panels: what a reader sees before any query is made.

import type { FoundPanel } from '../read/dashboard.ts';
import { joinPath } from '../read/json-lines.ts';
import type { Check, Found } from './check.ts';

/** Without queries of their own. */
const STATIC = new Set([
  'row',
  'text',
  'alertlist',
  'annolist',
  'dashlist',
  'news',
  'welcome',
  'gettingstarted',
  'live',
]);
/** Show numbers, so that their unit is a part of what they say. */
const NUMERIC = new Set(['timeseries', 'stat', 'gauge', 'bargauge', 'piechart', 'barchart', 'heatmap', 'histogram']);

export const checkPanelTitle: Check = ({ panels }) =>
  panels
    .filter(({ type, title, library }) => type !== 'text' && !library && (title ?? '').trim() === '')
    .map((panel) => ({ path: joinPath(panel.path, 'title'), panel, message: 'has no title' }));

export const checkPanelDescription: Check = ({ panels }) =>
  panels
    .filter(({ type, description, library }) => !STATIC.has(type) && !library && (description ?? '').trim() === '')
    .map((panel) => ({
      path: joinPath(panel.path, 'description'),
      panel,
      message: 'has no description: say what it means when it moves',
    }));

export const checkSameTitle: Check = ({ panels }) => {
  const named = panels.filter(({ title, type }) => (title ?? '').trim() !== '' && type !== 'text');
  return repeated(named, ({ title }) => title ?? '').map(([panel, first]) => ({
    path: joinPath(panel.path, 'title'),
    panel,
    message: `has the title of ${first.path}`,
  }));
};

export const checkSameId: Check = ({ panels }) =>
  repeated(
    panels.filter(({ id }) => id !== undefined),
    ({ id }) => String(id),
  ).map(([panel, first]) => ({
    path: joinPath(panel.path, 'id'),
    panel,
    message: `has the id ${panel.id} of ${first.path} ("${first.title ?? ''}"): links to it show another panel`,
  }));

export const checkGrid: Check = ({ panels }) =>
  panels.flatMap((panel): Found[] => {
    if (panel.grid === null) return [];
    const { x, y, w, h } = panel.grid;
    const path = joinPath(panel.path, 'gridPos');
    if (w < 1 || h < 1) return [{ path, panel, message: `is ${w} wide and ${h} high: nobody sees it` }];
    if (x < 0 || y < 0 || x + w > 24) return [{ path, panel, message: `reaches from column ${x} to ${x + w} of 24` }];
    return [];
  });

export const checkOverlap: Check = ({ panels }) => {
  // Row by row from the top: only panels that begin before another ends can overlap it.
  const open = panels
    .filter(({ grid, isFolded }) => grid !== null && !isFolded && grid.w >= 1 && grid.h >= 1)
    .sort((a, b) => a.grid!.y - b.grid!.y);
  const found: Found[] = [];
  for (const [index, panel] of open.entries()) {
    for (let at = index + 1; at < open.length && open[at]!.grid!.y < panel.grid!.y + panel.grid!.h; at += 1) {
      const other = open[at]!;
      if (other.grid!.x >= panel.grid!.x + panel.grid!.w || panel.grid!.x >= other.grid!.x + other.grid!.w) continue;
      const message = `overlaps "${panel.title ?? ''}" (${panel.path})`;
      found.push({ path: joinPath(other.path, 'gridPos'), panel: other, message });
      // A heap of thousands at one place is one mistake each, not millions.
      break;
    }
  }
  return found;
};

export const checkEmptyRow: Check = ({ rows }) =>
  rows
    .filter(({ panels, title }) => panels === 0 && title !== undefined)
    .map(({ path, title }) => ({ path, message: `the row "${title}" has no panels` }));

export const checkNoQuery: Check = ({ panels }) =>
  panels.flatMap((panel): Found[] => {
    if (STATIC.has(panel.type) || panel.library) return [];
    if (panel.targets.length > 0 && panel.targets.every(({ isHidden }) => isHidden))
      return [{ path: joinPath(panel.path, 'targets'), panel, message: 'hides all of its queries: it shows nothing' }];
    const blank = panel.targets.filter(({ expr }) => expr !== undefined && expr.trim() === '');
    if (panel.targets.length === 0)
      return [{ path: joinPath(panel.path, 'targets'), panel, message: 'asks nothing: it has no query' }];
    return blank.map(({ path }) => ({
      path: joinPath(path, 'expr'),
      panel,
      message: 'has a query without an expression',
    }));
  });

export const checkRefId: Check = ({ panels }) =>
  panels.flatMap((panel) =>
    repeated(
      panel.targets.filter(({ refId }) => refId !== undefined),
      ({ refId }) => refId ?? '',
    ).map(([target]) => ({
      path: joinPath(target.path, 'refId'),
      panel,
      message: `has two queries called ${target.refId}: one of them is lost`,
    })),
  );

/** Grafana reads the first as "everything below", whatever value it has. */
export const checkThresholds: Check = ({ panels }) =>
  panels.flatMap((panel): Found[] => {
    const path = joinPath(panel.path, 'fieldConfig.defaults.thresholds.steps');
    const rest = panel.thresholds.slice(1);
    if (rest.includes(null)) return [{ path, panel, message: 'has a threshold without a value that is not the first' }];
    const values = panel.thresholds.filter((value) => value !== null);
    const at = values.findIndex((value, index) => index > 0 && value <= values[index - 1]!);
    if (at === -1) return [];
    return [{ path, panel, message: `has the threshold ${values[at]} after ${values[at - 1]}: values must rise` }];
  });

export const checkUnit: Check = ({ panels }) =>
  panels
    .filter((panel) => NUMERIC.has(panel.type) && !panel.library && (panel.unit ?? '') === '')
    .map((panel) => ({
      path: joinPath(panel.path, 'fieldConfig.defaults.unit'),
      panel,
      message: 'has no unit: a number without one is read as what the reader expects ("none" says that there is none)',
    }));

function repeated<T>(items: readonly T[], keyOf: (item: T) => string): [again: T, first: T][] {
  const first = new Map<string, T>();
  const found: [T, T][] = [];
  for (const item of items) {
    const before = first.get(keyOf(item));
    if (before === undefined) first.set(keyOf(item), item);
    else found.push([item, before]);
  }
  return found;
}

export function titleOf(panel: FoundPanel | undefined): string {
  return panel === undefined ? '' : (panel.title ?? '').trim() || `panel ${panel.id ?? panel.path}`;
}
