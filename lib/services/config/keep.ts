// Keeps a configuration that was read afresh, for later starts of the same command.

import { dirname } from 'node:path';
import { own } from '../../base/json.ts';
import { type Asked, credentialsOf, entryName, isKeepable, KEPT_FORMAT, type Kept, namedFlags } from './kept.ts';
import { listKeys, secretNames } from './keys.ts';
import type { MetFile } from './loaded.ts';
import { environmentOf, type LoadRequest } from './surroundings.ts';
import { trustedFiles } from './trusted-files.ts';

// Read by name, besides what the schema knows.
const VARIABLES = ['MDOPS_CONFIG', 'CREDENTIALS_DIRECTORY'];
const FLAGS = ['config'];

/** For a configuration without a finding. What has a secret in it is not kept. */
export async function keepConfig(
  request: LoadRequest,
  directory: string,
  met: readonly MetFile[],
  { config, sources, read }: Kept,
): Promise<void> {
  const { kept: by, keepCache, flags, files } = request;
  if (by === undefined || keepCache === false || !isKeepable(flags)) return;
  // Who only looks leaves no directory behind.
  if ((await files.info(dirname(directory))) === null) return;
  const kept = encode({ config, sources, read });
  const credentials = await credentialsOf(request).catch(() => undefined);
  if (kept === undefined || credentials === undefined) return;
  const asked: Asked = { ...askedOf(request, met), credentials };
  const entry = { format: KEPT_FORMAT, edition: by.edition, asked, ...kept };
  await trustedFiles(files, directory).write(entryName(by.command), JSON.stringify(entry));
}

/** Whether somebody wrote a secret into the file itself: there it is his, a copy of it elsewhere would be ours. */
export function holdsSecret(value: unknown): boolean {
  const names = new Set(secretNames());
  const isHeld = (inner: unknown): boolean => {
    if (Array.isArray(inner)) return inner.some(isHeld);
    if (typeof inner !== 'object' || inner === null) return false;
    return Object.entries(inner).some(([key, each]) => (names.has(key) ? each !== null : isHeld(each)));
  };
  return isHeld(value);
}

function askedOf({ environment, flags, shipped }: LoadRequest, met: readonly MetFile[]): Omit<Asked, 'credentials'> {
  const keys = listKeys();
  const variables = environmentOf(environment);
  const names = keys.flatMap(({ env, kind }) => (kind === 'secret' ? [...env, ...env.map(twin)] : env));
  const env = [...new Set([...VARIABLES, ...names])].map((name): [string, string | null] => {
    const value = own(variables, name);
    return [name, typeof value === 'string' ? value : null];
  });
  return {
    cwd: environment.cwd,
    shipped: shipped ?? null,
    files: met,
    env: Object.fromEntries(env),
    flags: namedFlags(flags, [...new Set([...FLAGS, ...keys.flatMap(({ flag }) => flag ?? [])])]),
  };
}

function twin(name: string): string {
  return `${name}_FILE`;
}

/** As `decode` reads it; undefined when something in it cannot be kept. */
function encode(value: object): object | undefined {
  try {
    return encodeAny(value) as object;
  } catch (error) {
    if (error instanceof NotKept) return undefined;
    throw error;
  }
}

class NotKept extends Error {}

function encodeAny(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return value;
  if (value instanceof Map) return ['map', [...value].map(([key, inner]) => [key, encodeAny(inner)])];
  if (Array.isArray(value)) return ['list', value.map(encodeAny)];
  // A secret, or anything else with a life of its own.
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) throw new NotKept();
  return Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, encodeAny(inner)]));
}
