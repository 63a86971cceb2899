// Reads a dashboard file as people write it (docs/dashboard-format.md).

import { parseYaml } from '../../base/yaml.ts';
import { type Fields, type Notes, readFields, type SpecProblem } from './fields.ts';
import {
  type AnnotationSpec,
  type DashboardSpec,
  type LinkSpec,
  type MappingSpec,
  PANEL_KINDS,
  PANEL_SIZES,
  type PanelSpec,
  type QuerySpec,
  type RowSpec,
  type ThresholdSpec,
  VARIABLE_KINDS,
  type VariableSpec,
} from './spec.ts';

export interface ReadSpec {
  readonly spec: DashboardSpec;
  /** Empty when the file can be built. */
  readonly problems: readonly SpecProblem[];
}

const UID = /^[A-Za-z0-9_-]{1,40}$/;
const COLUMNS = 24;

/** Never throws: what cannot be read is a problem with its line. */
export async function readSpec(text: string): Promise<ReadSpec> {
  const parsed = await parseYaml(text);
  const notes: Notes = {
    lines: parsed.lines,
    problems: parsed.problems.map(({ line, path, message }) => ({ line, message: `${path} ${message}`.trim() })),
  };
  const isBroken = notes.problems.length > 0;
  const spec = readDashboard(readFields(isBroken ? {} : parsed.value, '', notes));
  return { spec, problems: isBroken ? notes.problems.slice(0, parsed.problems.length) : notes.problems };
}

function readDashboard(fields: Fields): DashboardSpec {
  const spec = {
    uid: fields.text('uid'),
    title: fields.text('title'),
    folder: fields.text('folder'),
    description: fields.text('description'),
    tags: fields.texts('tags'),
    refresh: fields.optionalText('refresh') ?? '',
    from: fields.optionalText('from') ?? 'now-6h',
    links: fields.entries('links').map(readLink),
    variables: fields.entries('variables').map(readVariable),
    annotations: fields.entries('annotations').map(readAnnotation),
    rows: fields.entries('rows').map(readRow),
  };
  if (spec.uid !== '' && !UID.test(spec.uid)) fields.refuse('uid', 'is not 1 to 40 letters, digits, "-" and "_"');
  fields.finish();
  return spec;
}

function readLink(fields: Fields): LinkSpec {
  const link = {
    title: fields.text('title'),
    url: fields.optionalText('url'),
    dashboard: fields.optionalText('dashboard'),
    tags: fields.texts('tags'),
  };
  const targets = [link.url, link.dashboard, link.tags[0]].filter((target) => target !== undefined);
  if (targets.length !== 1) fields.refuse('title', 'leads nowhere or to several places: wanted url, dashboard or tags');
  fields.finish();
  return link;
}

function readVariable(fields: Fields): VariableSpec {
  const name = fields.text('name');
  const variable = {
    name,
    label: fields.optionalText('label') ?? name,
    kind: fields.choice('kind', VARIABLE_KINDS) ?? 'query',
    query: fields.optionalText('query') ?? '',
    multi: fields.flag('multi'),
    all: fields.flag('all'),
  };
  if (!/^[A-Za-z]\w*$/.test(name)) fields.refuse('name', `is "${name}": wanted letters, digits and "_"`);
  if (variable.query === '' && variable.kind !== 'textbox') fields.refuse('query', 'is missing');
  fields.finish();
  return variable;
}

function readAnnotation(fields: Fields): AnnotationSpec {
  const annotation = {
    name: fields.text('name'),
    tags: fields.texts('tags'),
    expr: fields.optionalText('expr'),
    color: fields.optionalText('color'),
  };
  if ((annotation.tags.length === 0) === (annotation.expr === undefined))
    fields.refuse('name', 'has no source or two: wanted tags or expr');
  fields.finish();
  return annotation;
}

function readRow(fields: Fields): RowSpec {
  const row = {
    title: fields.text('title'),
    repeat: fields.optionalText('repeat'),
    collapsed: fields.flag('collapsed'),
    panels: fields.entries('panels').map(readPanel),
  };
  if (row.panels.length === 0) fields.refuse('panels', 'is empty');
  fields.finish();
  return row;
}

function readPanel(fields: Fields): PanelSpec {
  const title = fields.text('title');
  const chosen = fields.choice('kind', PANEL_KINDS);
  if (chosen === undefined) fields.refuse('kind', `is missing or unknown: wanted ${PANEL_KINDS.join(', ')}`);
  const kind = chosen ?? 'text';
  const size = PANEL_SIZES[kind];
  const panel: PanelSpec = {
    title,
    kind,
    description: fields.optionalText('description')?.trim() ?? '',
    unit: fields.optionalText('unit'),
    width: fields.number('width') ?? size.width,
    height: fields.number('height') ?? size.height,
    queries: fields.entries('queries').map(readQuery),
    thresholds: readThresholds(fields),
    mappings: readMappings(fields),
    min: fields.number('min'),
    max: fields.number('max'),
    decimals: fields.number('decimals'),
    stack: fields.flag('stack'),
    links: fields.entries('links').map(readLink),
    show: fields.choice('show', ['value', 'name', 'value_and_name']),
    hide: fields.texts('hide'),
    over: fields.optionalText('over'),
    text: fields.optionalText('text') ?? '',
  };
  judgePanel(fields, panel);
  fields.finish();
  return panel;
}

function judgePanel(fields: Fields, panel: PanelSpec): void {
  if (!Number.isInteger(panel.width) || panel.width < 1 || panel.width > COLUMNS)
    fields.refuse('width', `is ${panel.width}: wanted 1 to ${COLUMNS} columns`);
  if (!Number.isInteger(panel.height) || panel.height < 1 || panel.height > 60)
    fields.refuse('height', `is ${panel.height}: wanted 1 to 60`);
  if (panel.kind === 'text') {
    if (panel.text.trim() === '') fields.refuse('text', 'is missing');
    return;
  }
  if (panel.text !== '') fields.refuse('text', 'belongs to text panels');
  if (panel.description === '') fields.refuse('description', 'is missing: say what it means when it moves');
  if (panel.queries.length === 0) fields.refuse('queries', 'is empty');
}

function readQuery(fields: Fields): QuerySpec {
  const query = {
    expr: fields.text('expr'),
    legend: fields.optionalText('legend'),
    instant: fields.optionalFlag('instant'),
    format: fields.choice('format', ['time_series', 'table', 'heatmap']),
    unit: fields.optionalText('unit'),
    interval: fields.optionalText('interval'),
  };
  fields.finish();
  return query;
}

function readThresholds(fields: Fields): ThresholdSpec[] {
  const steps = fields.entries('thresholds').map((step, index) => {
    const at = step.number('at') ?? null;
    if ((at === null) !== (index === 0)) step.refuse('at', 'belongs to every step but the first');
    const color = step.text('color');
    step.finish();
    return { at, color };
  });
  return steps;
}

function readMappings(fields: Fields): MappingSpec[] {
  return fields.pairs('mappings').map(({ key, value, fields: inner }) => {
    if (typeof value === 'string') return { value: key, text: value, color: undefined };
    const mapping = { value: key, text: inner.text('text'), color: inner.optionalText('color') };
    inner.finish();
    return mapping;
  });
}
