// What people typed → the configuration and every mistake in it. Pure: files, environment and secrets come as values.

import { isRecord, own } from '../../base/json.ts';
import { nearest } from '../../base/nearest.ts';
import { oneLine } from '../../base/sanitize.ts';
import { type Config, ROOT } from './config.ts';
import { type Diagnostic, showFound } from './diagnostics.ts';
import { readSecret } from './read-secret.ts';
import { type Place, readValue } from './read-value.ts';
import type { Reading } from './reading.ts';
import { envNames, type Field, fileKey, type Kind, type SchemaNode, type Shape } from './schema.ts';
import type { Source } from './sources.ts';
import { checkTogether } from './together.ts';
import {
  descend,
  type Flags,
  join,
  type Layer,
  nearestPlace,
  place,
  type RawConfig,
  type RawFile,
  type Walk,
} from './walk.ts';

export interface NormalizedConfig {
  readonly config: Config;
  /** By dotted key; a key that is not in it has its default. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly diagnostics: readonly Diagnostic[];
  /** Secret files that were named but not given in `secrets`. */
  readonly wantedFiles: readonly string[];
}

export function normalizeConfig(raw: RawConfig): NormalizedConfig {
  const walk: Walk = { raw, flags: kebabFlags(raw.flags), sources: new Map(), diagnostics: [], wantedFiles: new Set() };
  const layers = raw.files.map((file) => ({ file, value: file.value }));
  const config = readNode(ROOT, '', layers, walk) as Config;
  const isComplete = !walk.diagnostics.some((found) => found.severity === 'error');
  if (isComplete) walk.diagnostics.push(...checkTogether(config, walk.sources));
  return { config, sources: walk.sources, diagnostics: walk.diagnostics, wantedFiles: [...walk.wantedFiles] };
}

function readNode(node: SchemaNode, path: string, layers: readonly Layer[], walk: Walk): unknown {
  switch (node.node) {
    case 'field':
      return node.kind === 'secret' ? readSecret(node, path, layers, walk) : readField(node, path, layers, walk);
    case 'group': {
      const maps = keepMappings(layers, path, node.describe, walk);
      refuseUnknown(maps, path, knownKeys(node.shape), walk);
      return readShape(node.shape, path, maps, walk);
    }
    case 'table':
      return readTable(node.entry, path, keepMappings(layers, path, node.describe, walk), walk);
    case 'variants': {
      const maps = keepMappings(layers, path, node.describe, walk);
      const tags = Object.keys(node.forms);
      const tag = readField(
        { node: 'field', kind: 'choice', describe: node.describe, choices: tags, required: true },
        join(path, node.tag),
        descend(maps, node.tag),
        walk,
      );
      const shape = { ...node.shared, ...(typeof tag === 'string' ? node.forms[tag] : undefined) };
      // Without its tag a form's keys cannot be told from mistakes.
      if (typeof tag === 'string') refuseUnknown(maps, path, [node.tag, ...knownKeys(shape)], walk);
      return { [node.tag]: tag, ...readShape(shape, path, maps, walk) };
    }
  }
}

function readShape(shape: Shape, path: string, layers: readonly Layer[], walk: Walk): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, node] of Object.entries(shape)) {
    const key = fileKey(name, node);
    const inner = node.node === 'field' && node.kind === 'secret' ? layers : descend(layers, key);
    result[name] = readNode(node, join(path, key), inner, walk);
  }
  return result;
}

function readTable(entry: SchemaNode, path: string, layers: readonly Layer[], walk: Walk): Map<string, unknown> {
  const result = new Map<string, unknown>();
  // The base file's order comes first, so that an environment that adjusts one entry does not reorder them.
  for (const layer of layers.toReversed()) {
    for (const name of isRecord(layer.value) ? Object.keys(layer.value) : []) {
      if (result.has(name)) continue;
      if (!TABLE_NAME.test(name)) walk.diagnostics.push(badName(layer.file, path, name));
      result.set(name, readNode(entry, join(path, name), descend(layers, name), walk));
    }
  }
  return result;
}

// Names become file names, lock names and metric labels.
const TABLE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

function badName(file: RawFile, path: string, name: string): Diagnostic {
  const wanted = 'a name of letters, digits, dots, dashes and underscores';
  return {
    severity: 'error',
    path,
    where: place(file, join(path, name)),
    origin: 'file',
    found: `has the entry ${JSON.stringify(oneLine(name, 60))}`,
    wanted,
  };
}

function readField(field: Field<unknown>, path: string, layers: readonly Layer[], walk: Walk): unknown {
  const flag = flagOf(field, walk);
  const name = setName(field, walk);
  // Most keys are never set, and every start pays for all of them.
  if (flag === undefined && name === undefined && layers.length === 0) return readDefault(field, path, walk);
  const typed = { directory: walk.raw.workingDirectory, typed: true };
  const values: unknown[] = [];
  const take = (raw: unknown, place: Place, source: Source, where: string): void => {
    const reading = readValue(raw, field, place);
    if (reading.ok) {
      if (values.length === 0) walk.sources.set(path, source);
      values.push(reading.value);
      return;
    }
    walk.diagnostics.push(describeMistake(field, path, raw, reading, source, where));
  };

  if (flag !== undefined) take(flag, typed, { kind: 'flag', name: field.flag ?? '' }, `--${field.flag}`);
  if (name !== undefined) take(walk.raw.env[name], typed, { kind: 'environment', name }, name);
  for (const layer of layers) {
    const line = layer.file.lines.get(path);
    const source: Source = { kind: 'file', file: layer.file.name, line };
    take(layer.value, { directory: layer.file.directory, typed: false }, source, place(layer.file, path));
  }
  if (values.length > 0) return values[0];
  return readDefault(field, path, walk);
}

const AS_TYPED: ReadonlySet<Kind> = new Set([
  'text',
  'choice',
  'integer',
  'number',
  'boolean',
  'url',
  'timezone',
  'words',
]);

function flagOf(field: Field<unknown>, walk: Walk): unknown {
  const flag = field.flag === undefined ? undefined : walk.flags.get(field.flag);
  // A switch that was not given may arrive as false.
  return flag === false && field.kind === 'boolean' ? undefined : flag;
}

function setName(field: Field<unknown>, walk: Walk): string | undefined {
  if (field.env === undefined) return undefined;
  return envNames(field).find((candidate) => (own(walk.raw.env, candidate) ?? '') !== '');
}

function readDefault(field: Field<unknown>, path: string, walk: Walk): unknown {
  if (field.default === undefined) {
    if (field.required !== undefined && !walk.diagnostics.some((found) => found.path === path)) {
      const where = walk.raw.files.map((file) => nearestPlace(file, path)).find((found) => found !== undefined);
      walk.diagnostics.push({
        severity: 'error',
        path,
        where: where ?? 'config',
        origin: 'file',
        found: showFound(undefined),
        wanted: field.choices === undefined ? field.describe : `one of ${field.choices.join(', ')}`,
      });
    }
    return undefined;
  }
  // A test holds the defaults to their own rules.
  if (AS_TYPED.has(field.kind)) return field.default;
  const reading = readValue(field.default, field, { directory: walk.raw.workingDirectory, typed: false });
  return reading.ok ? reading.value : undefined;
}

function describeMistake(
  field: Field<unknown>,
  path: string,
  raw: unknown,
  reading: Reading & { readonly ok: false },
  source: Source,
  where: string,
): Diagnostic {
  const near = typeof raw === 'string' && field.choices !== undefined ? nearest(raw, field.choices) : undefined;
  const origin = source.kind === 'credential' ? 'environment' : source.kind;
  // A refused address may carry a password.
  const mayHide = (field.kind === 'url' || field.kind === 'urls') && JSON.stringify(raw).includes('@');
  const found = mayHide ? 'has a user or password in it' : (reading.found ?? showFound(raw));
  const { wanted } = reading;
  return { severity: 'error', path, where, origin, found, wanted, ...(near === undefined ? {} : { nearest: near }) };
}

function keepMappings(layers: readonly Layer[], path: string, describe: string, walk: Walk): readonly Layer[] {
  return layers.filter((layer) => {
    // `health:` with everything below it commented out.
    if (layer.value === null || layer.value === undefined) return false;
    if (isRecord(layer.value)) return true;
    walk.diagnostics.push({
      severity: 'error',
      path,
      where: place(layer.file, path),
      origin: 'file',
      // `webhook_url:https://…` without its space is a text, too.
      found: typeof layer.value === 'string' ? 'is a text' : showFound(layer.value),
      wanted: `a mapping (${describe})`,
    });
    return false;
  });
}

function refuseUnknown(layers: readonly Layer[], path: string, known: readonly string[], walk: Walk): void {
  for (const layer of layers) {
    for (const key of Object.keys(layer.value as object)) {
      if (known.includes(key)) continue;
      const near = nearest(key, known);
      walk.diagnostics.push({
        severity: 'error',
        path: join(path, key),
        where: place(layer.file, join(path, key)),
        origin: 'file',
        found: 'is no known key',
        wanted: `one of ${known.join(', ')}`,
        ...(near === undefined ? {} : { nearest: near }),
      });
    }
  }
}

function knownKeys(shape: Shape): readonly string[] {
  return Object.entries(shape).flatMap(([name, node]) => {
    const key = fileKey(name, node);
    return node.node === 'field' && node.kind === 'secret' ? [key, `${key}_file`] : [key];
  });
}

function kebabFlags(flags: Flags): ReadonlyMap<string, unknown> {
  return new Map(
    Object.entries(flags)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), value]),
  );
}
