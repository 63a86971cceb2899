// The walk over what was typed: the layers of files at each key, and what has been found so far.

import { isRecord, own } from '../../base/json.ts';
import type { Diagnostic } from './diagnostics.ts';
import type { Source } from './sources.ts';

/** One parsed file; of two that set a key the earlier one in the list wins. */
export interface RawFile {
  /** As shown to people. */
  readonly name: string;
  readonly directory: string;
  readonly value: unknown;
  /** Dotted path of a key → its line. */
  readonly lines: ReadonlyMap<string, number>;
  readonly isWorldReadable: boolean;
}

export type Flags = Readonly<Record<string, unknown>>;

export interface RawConfig {
  readonly files: readonly RawFile[];
  readonly env: Readonly<Record<string, string>>;
  /** By name without dashes, camelCase or kebab-case; flags that are no configuration are ignored. */
  readonly flags: Flags;
  readonly workingDirectory: string;
  /** What the secret files hold, by absolute path; ask for those in `wantedFiles` and normalize again. */
  readonly secrets: SecretTexts;
}

export type SecretText =
  | { readonly ok: true; readonly text: string; readonly isWorldReadable: boolean }
  /** `absent` is no mistake for a credential: a unit need not carry all of them. */
  | { readonly ok: false; readonly absent: boolean; readonly reason: string };
/** By absolute path. */
export type SecretTexts = ReadonlyMap<string, SecretText>;

/** What each file says about the node at hand. */
export interface Layer {
  readonly file: RawFile;
  readonly value: unknown;
}

export interface Walk {
  readonly raw: RawConfig;
  readonly flags: ReadonlyMap<string, unknown>;
  readonly sources: Map<string, Source>;
  readonly diagnostics: Diagnostic[];
  readonly wantedFiles: Set<string>;
}

export function descend(layers: readonly Layer[], key: string): readonly Layer[] {
  if (layers.length === 0) return layers;
  return layers.flatMap((layer) => {
    const value = isRecord(layer.value) ? own(layer.value, key) : undefined;
    return value === undefined ? [] : [{ file: layer.file, value }];
  });
}

/** The line of the key, else of the nearest key around it. */
export function place(file: RawFile, path: string): string {
  return nearestPlace(file, path) ?? file.name;
}

export function nearestPlace(file: RawFile, path: string): string | undefined {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const line = file.lines.get(at);
    if (line !== undefined) return `${file.name}:${line}`;
  }
  return undefined;
}

export function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
