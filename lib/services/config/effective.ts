// Every value in force, as a person would type it, with where it came from.

import { formatBytes } from '../../base/bytes.ts';
import { formatDuration } from '../../base/duration.ts';
import { isRecord } from '../../base/json.ts';
import { Secret } from '../../base/secret.ts';
import { type Config, ROOT } from './config.ts';
import { fileKey, type Kind, type SchemaNode, type Shape } from './schema.ts';
import { describeSource, type Source } from './sources.ts';

export interface EffectiveValue {
  /** Dotted key. */
  readonly path: string;
  /** As in the file; secrets elided; null when unset. */
  readonly value: string | null;
  /** `config/mdops.yaml:12`, `SLACK_WEBHOOK_URL`, `--profile`, `default`. */
  readonly source: string;
}

export function effectiveValues(config: Config, sources: ReadonlyMap<string, Source>): readonly EffectiveValue[] {
  return [...walk(ROOT, '', config)].map(({ path, value }) => ({
    path,
    value,
    source: describeSource(sources.get(path)),
  }));
}

type Row = Omit<EffectiveValue, 'source'>;

function* walk(node: SchemaNode, path: string, value: unknown): Generator<Row> {
  switch (node.node) {
    case 'field':
      yield { path, value: value === undefined ? null : show(node.kind, value) };
      return;
    case 'group':
      yield* walkShape(node.shape, path, value);
      return;
    case 'table':
      if (!(value instanceof Map)) return;
      for (const [name, inner] of value as Map<string, unknown>) yield* walk(node.entry, `${path}.${name}`, inner);
      return;
    case 'variants': {
      const tag = isRecord(value) ? value[node.tag] : undefined;
      yield { path: `${path}.${node.tag}`, value: typeof tag === 'string' ? tag : null };
      yield* walkShape({ ...node.shared, ...(typeof tag === 'string' ? node.forms[tag] : undefined) }, path, value);
    }
  }
}

function* walkShape(shape: Shape, path: string, value: unknown): Generator<Row> {
  for (const [name, node] of Object.entries(shape)) {
    const key = fileKey(name, node);
    yield* walk(node, path === '' ? key : `${path}.${key}`, isRecord(value) ? value[name] : undefined);
  }
}

// Variables of a component and headers of a probe: names are free there, and some are of secrets.
const SECRET_NAME = /pass|secret|token|auth|cookie|key/i;
const MASK = '<secret>';

function show(kind: Kind, value: unknown): string {
  if (value instanceof Secret) return String(value);
  if (kind === 'duration') return formatDuration(Number(value));
  // Rounded it would not be the value in force.
  if (kind === 'bytes') return Number(value) % 1_024 === 0 ? formatBytes(Number(value)) : `${Number(value)} B`;
  if (kind === 'time of day') return timeOfDay(Number(value));
  if (kind === 'time ranges') {
    const ranges = value as readonly { readonly startMinute: number; readonly endMinute: number }[];
    return ranges.map((range) => `${timeOfDay(range.startMinute)}-${timeOfDay(range.endMinute)}`).join(', ') || '[]';
  }
  if (value instanceof Map) {
    return [...value].map(([name, text]) => `${name}=${SECRET_NAME.test(name) ? MASK : text}`).join(', ') || '{}';
  }
  if (Array.isArray(value)) return JSON.stringify(value);
  return String(value);
}

function timeOfDay(minutes: number): string {
  const pad = (part: number): string => String(part).padStart(2, '0');
  return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}
