// The configuration of a command, kept until anything that it was read from changes: to normalize it anew costs a start
// more than a tenth of a bare one, although nearly every start reads the same files with the same words.

import { isRecord, own } from '../../base/json.ts';
import type { Config } from './config.ts';
import type { LoadedConfig, MetFile } from './loaded.ts';
import type { Source } from './sources.ts';
import { environmentOf, type LoadRequest, meetFile } from './surroundings.ts';
import { trustedFiles } from './trusted-files.ts';
import type { Flags } from './walk.ts';

/** All that the result depends on, besides the program: compared as it is, not by a digest or a date. */
export interface Asked {
  readonly cwd: string;
  readonly shipped: string | null;
  readonly files: readonly MetFile[];
  /** Every variable that is looked at; null where it is not set. */
  readonly env: Readonly<Record<string, string | null>>;
  /** Every flag that is looked at; null where it was not given. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** What systemd gave the unit: a credential may come with a later start, under the same directory. */
  readonly credentials: readonly string[];
}

export type Kept = Pick<LoadedConfig, 'config' | 'sources' | 'read'>;

export const KEPT_FORMAT = 'mdops.kept-config/1';

/** Undefined unless all that was asked then is asked now. */
export async function findKept(request: LoadRequest, directory: string, main: MetFile): Promise<Kept | undefined> {
  const { kept: by, files } = request;
  if (by === undefined || !isKeepable(request.flags)) return undefined;
  try {
    const text = await trustedFiles(files, directory).read(entryName(by.command));
    const entry: unknown = text === undefined ? undefined : JSON.parse(text);
    if (!isRecord(entry) || entry['format'] !== KEPT_FORMAT || entry['edition'] !== by.edition) return undefined;
    if (!(await isSame(request, entry['asked'] as Asked, main))) return undefined;
    return {
      config: decode(entry['config']) as Config,
      sources: decode(entry['sources']) as ReadonlyMap<string, Source>,
      read: decode(entry['read']) as readonly string[],
    };
  } catch {
    return undefined;
  }
}

async function isSame(request: LoadRequest, asked: Asked, main: MetFile): Promise<boolean> {
  const { environment, flags, shipped } = request;
  if (asked.cwd !== environment.cwd || asked.shipped !== (shipped ?? null)) return false;
  const variables = environmentOf(environment);
  for (const [name, value] of Object.entries(asked.env)) {
    if ((own(variables, name) ?? null) !== value) return false;
  }
  if (JSON.stringify(namedFlags(flags, Object.keys(asked.flags))) !== JSON.stringify(asked.flags)) return false;
  const credentials = await credentialsOf(request);
  if (credentials.join('\n') !== asked.credentials.join('\n')) return false;
  for (const file of asked.files) {
    const now = file.path === main.path ? main : await meetFile(request.files, file.path);
    if (now?.text !== file.text || now.isWorldReadable !== file.isWorldReadable) return false;
  }
  return true;
}

/** Their names; throws when the directory cannot be listed. */
export async function credentialsOf({ environment, files }: LoadRequest): Promise<readonly string[]> {
  const directory = environment.get('CREDENTIALS_DIRECTORY');
  return directory?.startsWith('/') === true ? files.list(directory) : [];
}

/** What an `--env-file` sets is read from it every time. */
export function isKeepable(flags: Flags): boolean {
  return flags['env-file'] === undefined && flags['envFile'] === undefined;
}

export function namedFlags(flags: Flags, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.map((name) => [name, flags[name] ?? flags[camelCase(name)] ?? null]));
}

function camelCase(name: string): string {
  return name.includes('-') ? name.replace(/-[a-z]/g, (part) => part.slice(1).toUpperCase()) : name;
}

export function entryName(command: string): string {
  return `kept-${command}.json`;
}

/** In place: maps and lists say what they are, null stands for undefined. */
function decode(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    const [kind, items] = value as ['list' | 'map', unknown[]];
    if (kind === 'list') return items.map(decode);
    return new Map((items as [string, unknown][]).map(([key, inner]) => [key, decode(inner)]));
  }
  const record = value as Record<string, unknown>;
  for (const key of Object.keys(record)) {
    const inner = record[key];
    if (typeof inner === 'object') record[key] = decode(inner);
  }
  return record;
}
