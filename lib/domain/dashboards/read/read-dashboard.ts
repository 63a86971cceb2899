// Reads any dashboard JSON into one shape. Never throws.

import { isRecord, own, parseJson } from '../../../base/json.ts';
import type {
  FoundAnnotation,
  FoundDashboard,
  FoundLink,
  FoundPanel,
  FoundRow,
  FoundSource,
  FoundTarget,
  FoundText,
  FoundVariable,
  Misfit,
} from './dashboard.ts';
import { joinPath } from './json-lines.ts';
import { type Take, takeFrom } from './take.ts';

export type Reading = FoundDashboard | { readonly problem: string; readonly offset: number };

/** No dashboard is larger; what is, is refused before it is parsed. */
const LARGEST = 20_000_000;

export function readDashboard(file: string, text: string): Reading {
  if (text.length > LARGEST) return { problem: `is ${text.length} characters long: at most ${LARGEST}`, offset: 0 };
  let value: unknown;
  try {
    value = parseJson(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return { problem: 'is not JSON', offset: offsetOf(error instanceof Error ? error.message : '', text) };
  }
  if (!isRecord(value)) return { problem: 'is no dashboard: found no mapping', offset: 0 };
  // The API wraps in "dashboard", resources of Grafana 12 in "spec".
  const path = ['dashboard', 'spec'].find((key) => isRecord(own(value, key))) ?? '';
  const dashboard = path === '' ? value : (own(value, path) as Readonly<Record<string, unknown>>);
  if (isRecord(own(dashboard, 'elements')) && isRecord(own(dashboard, 'layout'))) {
    return { problem: 'is of the schema v2: export it in the classic form', offset: 0 };
  }
  if (!['panels', 'rows', 'templating', 'schemaVersion'].some((key) => Object.hasOwn(dashboard, key))) {
    return { problem: 'is no dashboard: found neither panels nor rows', offset: 0 };
  }
  return readValue(file, dashboard, path);
}

/** The engine tells a position, or a few characters around it, or that the text ended too soon. */
function offsetOf(said: string, text: string): number {
  const position = /position (\d+)/.exec(said)?.[1];
  if (position !== undefined) return Number(position);
  const near = /^Unexpected token [\s\S]*?, (?:\.\.\.)?"([\s\S]*)"(?:\.\.\.)? is not valid JSON$/.exec(said)?.[1];
  const at = near === undefined ? -1 : text.indexOf(near);
  return at === -1 ? text.length : at + Math.floor((near?.length ?? 0) / 2);
}

function readValue(file: string, value: Readonly<Record<string, unknown>>, path: string): FoundDashboard {
  const misfits: Misfit[] = [];
  const root = takeFrom(value, path, misfits);
  const layout = readLayout(root);
  // `false` is how Grafana 9 and before said "never".
  const refresh = own(value, 'refresh') === false ? undefined : root.text('refresh');
  root.values('tags');
  return {
    file,
    path,
    uid: root.text('uid'),
    title: root.text('title'),
    description: root.text('description'),
    folder: undefined,
    refresh,
    time: { from: textOrNothing(root.inner('time'), 'from'), to: textOrNothing(root.inner('time'), 'to') },
    schemaVersion: root.number('schemaVersion'),
    panels: layout.panels,
    rows: layout.rows,
    variables: root.inner('templating').list('list').map(readVariable),
    annotations: root.inner('annotations').list('list').map(readAnnotation),
    links: root.list('links').map(readLink),
    inputs: new Set(root.list('__inputs').flatMap((input) => input.text('name') ?? [])),
    texts: collectTexts(value, path),
    misfits,
  };
}

interface Layout {
  readonly panels: FoundPanel[];
  readonly rows: FoundRow[];
}

function readLayout(root: Take): Layout {
  const panels: FoundPanel[] = [];
  const rows: FoundRow[] = [];
  // Before schema 16 panels lay in rows.
  for (const row of root.list('rows')) {
    const inside = row.list('panels');
    rows.push(readRow(row, inside.length));
    panels.push(...inside.map((panel) => readPanel(panel, row.flag('collapse'))));
  }
  const list = root.list('panels');
  for (const [index, panel] of list.entries()) {
    if (panel.text('type') !== 'row') {
      panels.push(readPanel(panel, false));
      continue;
    }
    const inside = panel.list('panels');
    const next = list.findIndex((other, at) => at > index && other.value['type'] === 'row');
    const beside = (next === -1 ? list.length : next) - index - 1;
    rows.push(readRow(panel, inside.length > 0 ? inside.length : beside));
    panels.push(readHead(panel), ...inside.map((one) => readPanel(one, true)));
  }
  return { panels, rows };
}

function readRow(row: Take, panels: number): FoundRow {
  return { path: row.path, title: row.text('title'), repeat: row.text('repeat'), panels };
}

/** The head of a row takes room and an id like a panel. */
function readHead(row: Take): FoundPanel {
  const head = readPanel(row, false);
  return { ...head, type: 'row', targets: [] };
}

function readPanel(panel: Take, isFolded: boolean): FoundPanel {
  const defaults = panel.inner('fieldConfig').inner('defaults');
  const grid = panel.has('gridPos') ? panel.inner('gridPos') : null;
  return {
    path: panel.path,
    id: panel.number('id'),
    title: panel.text('title'),
    type: panel.text('type') ?? '',
    description: panel.text('description'),
    grid:
      grid === null
        ? null
        : {
            x: grid.number('x') ?? 0,
            y: grid.number('y') ?? 0,
            w: grid.number('w') ?? 0,
            h: grid.number('h') ?? 0,
          },
    isFolded,
    unit: defaults.text('unit') ?? (panel.has('format') ? textOrNothing(panel, 'format') : oldAxisUnit(panel)),
    ownUnits: readOwnUnits(panel.inner('fieldConfig')),
    thresholds: readThresholds(defaults),
    thresholdsAreShares: textOrNothing(defaults.inner('thresholds'), 'mode') === 'percentage',
    max: defaults.number('max'),
    min: defaults.number('min'),
    colors: defaults
      .inner('thresholds')
      .list('steps')
      .map((step) => textOrNothing(step, 'color') ?? ''),
    content: textOrNothing(panel.inner('options'), 'content') ?? '',
    datasource: readSource(panel),
    targets: panel.list('targets').map(readTarget),
    repeat: panel.text('repeat'),
    isOldTable: panel.text('type') === 'table' && panel.has('styles'),
    calculates: panel.inner('options').flag('calculate'),
    library: panel.has('libraryPanel'),
    links: panel.list('links').map(readLink),
    hasAlert: isRecord(own(panel.value, 'alert')),
  };
}

function readOwnUnits(config: Take): Set<string> {
  const withUnit = config
    .list('overrides')
    .filter((rule) => rule.list('properties').some((one) => one.text('id') === 'unit'));
  return new Set(
    withUnit.map((rule) => {
      const matcher = rule.inner('matcher');
      return matcher.text('id') === 'byFrameRefID' ? (textOrNothing(matcher, 'options') ?? '*') : '*';
    }),
  );
}

function oldAxisUnit(panel: Take): string | undefined {
  const axis = panel.values('yaxes')[0];
  const format = isRecord(axis) ? own(axis, 'format') : undefined;
  return typeof format === 'string' ? format : undefined;
}

function textOrNothing(take: Take, key: string): string | undefined {
  const found = own(take.value, key);
  return typeof found === 'string' ? found : undefined;
}

function readThresholds(defaults: Take): (number | null)[] {
  const steps = defaults.inner('thresholds').list('steps');
  return steps.map((step) => step.number('value') ?? null);
}

function readTarget(target: Take): FoundTarget {
  return {
    path: target.path,
    refId: target.text('refId'),
    expr: textOrNothing(target, 'expr'),
    legend: textOrNothing(target, 'legendFormat'),
    format: textOrNothing(target, 'format'),
    instant: own(target.value, 'instant') === true,
    range: own(target.value, 'range') === true,
    isHidden: own(target.value, 'hide') === true,
    expression: readExpression(target),
    interval: textOrNothing(target, 'interval'),
    datasource: readSource(target),
  };
}

function readLink(link: Take): FoundLink {
  const url = textOrNothing(link, 'url');
  return {
    path: link.path,
    title: textOrNothing(link, 'title') ?? '',
    kind: textOrNothing(link, 'type') ?? 'link',
    url,
  };
}

function readExpression(target: Take): FoundTarget['expression'] {
  const source = own(target.value, 'datasource');
  const name = isRecord(source) ? own(source, 'uid') : source;
  const text = textOrNothing(target, 'expression');
  if (text === undefined || (name !== '__expr__' && !(isRecord(source) && own(source, 'type') === '__expr__')))
    return undefined;
  return { kind: textOrNothing(target, 'type') ?? '', text };
}

function readSource(owner: Take): FoundSource | undefined {
  const found = own(owner.value, 'datasource');
  const path = joinPath(owner.path, 'datasource');
  if (found === undefined) return undefined;
  if (found === null) return { path, name: null, type: undefined };
  if (typeof found === 'string') return { path, name: found, type: undefined };
  const source = owner.inner('datasource');
  return { path: joinPath(path, 'uid'), name: source.text('uid') ?? null, type: source.text('type') };
}

function readVariable(variable: Take): FoundVariable {
  const query = own(variable.value, 'query');
  const inside = isRecord(query) ? (own(query, 'query') ?? own(query, 'label')) : query;
  return {
    path: variable.path,
    name: variable.text('name') ?? '',
    type: variable.text('type') ?? '',
    query: typeof inside === 'string' ? inside : (textOrNothing(variable, 'definition') ?? ''),
    isMany: own(variable.value, 'multi') === true || own(variable.value, 'includeAll') === true,
    datasource: readSource(variable),
  };
}

function readAnnotation(annotation: Take): FoundAnnotation {
  return {
    path: annotation.path,
    name: annotation.text('name') ?? '',
    expr: textOrNothing(annotation, 'expr') ?? textOrNothing(annotation.inner('target'), 'expr'),
    datasource: readSource(annotation),
  };
}

/** Depth first without recursion: a dashboard nested a hundred thousand deep is only long. */
function collectTexts(value: unknown, path: string): FoundText[] {
  const texts: FoundText[] = [];
  const open: { value: unknown; path: string; depth: number }[] = [{ value, path, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: inner, path: at, depth } = next;
    if (typeof inner === 'string') texts.push({ path: at, text: inner });
    else if (typeof inner === 'object' && inner !== null && depth < DEEPEST) {
      const entries = Array.isArray(inner) ? inner.entries() : Object.entries(inner);
      for (const [key, entry] of entries) open.push({ value: entry, path: joinPath(at, key), depth: depth + 1 });
    }
  }
  return texts;
}

const DEEPEST = 40;
