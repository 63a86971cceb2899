// Values from around the files: the environment, `--env-file`, secret files.

import { dirname, join, resolve } from 'node:path';
import { systemCode } from '../../base/fault.ts';
import { own } from '../../base/json.ts';
import { Secret } from '../../base/secret.ts';
import type { Environment } from '../../effects/environment.ts';
import type { Files } from '../../effects/files.ts';
import type { Diagnostic } from './diagnostics.ts';
import type { MetFile } from './loaded.ts';
import type { Flags, SecretText } from './walk.ts';

export interface LoadRequest {
  /** The `config/` directory that comes with the program. */
  readonly shipped?: string;
  readonly files: Files;
  readonly environment: Environment;
  /** Only flags that were given: a flag's own default would hide the file's value. */
  readonly flags: Flags;
  /** False for dry runs, which write nothing. Default true. */
  readonly keepCache?: boolean;
  /** By whom the result may be kept, and found again by the same build. Absent: it is read afresh. */
  readonly kept?: { readonly command: string; readonly edition: string };
}

export const LARGEST_FILE = 1_048_576;
const CONFIG_FILE = 'config/mdops.yaml';

/** Where the main file should be, and who insists that it is there. */
export function mainFile({ environment, flags }: LoadRequest): {
  readonly path: string;
  readonly wantedBy?: { readonly name: string; readonly origin: Diagnostic['origin'] };
} {
  const flag = flags['config'];
  if (typeof flag === 'string') {
    return { path: resolve(environment.cwd, flag), wantedBy: { name: '--config', origin: 'flag' } };
  }
  const named = environment.get('MDOPS_CONFIG');
  if (named)
    return { path: resolve(environment.cwd, named), wantedBy: { name: 'MDOPS_CONFIG', origin: 'environment' } };
  return { path: join(environment.cwd, CONFIG_FILE) };
}

/** Undefined for what cannot be read, and for what is no regular file. */
export async function meetFile(files: Files, path: string): Promise<MetFile | undefined> {
  try {
    const info = await files.info(path, { follow: true });
    if (info === null) return { path, text: null, isWorldReadable: false };
    if (info.kind !== 'file' || info.size > LARGEST_FILE) return undefined;
    return { path, text: await files.readText(path), isWorldReadable: (info.mode & OTHERS_MAY_READ) !== 0 };
  } catch {
    return undefined;
  }
}

/** Where what a start may forget is kept, for a file at `path` that says `text`. */
export function cacheDirectory({ environment }: LoadRequest, path: string, text: string): string {
  const env = environmentOf(environment);
  const typed = own(env, 'MDOPS_STATE_DIR') || own(env, 'STATE_DIRECTORY');
  // The text is only guessed at here: an entry found in a wrong place is still about this very text, or not used.
  const named = /^\s+state_dir:[ \t]*["']?([^"'#\n]+)/m.exec(text)?.[1]?.trim();
  const state =
    typeof typed === 'string'
      ? resolve(environment.cwd, typed)
      : resolve(named === undefined ? environment.cwd : dirname(path), named ?? '.mdops');
  return join(state, 'cache');
}

export const OTHERS_MAY_READ = 0o004;

/** systemd gives lists; the first directory is the unit's own. */
export function environmentOf(environment: Environment): Readonly<Record<string, string>> {
  const all = environment.all();
  const first = (name: string): Record<string, string> => {
    const value = own(all, name);
    return typeof value === 'string' ? { [name]: value.split(':', 1)[0] ?? '' } : {};
  };
  return { ...all, ...first('STATE_DIRECTORY'), ...first('LOGS_DIRECTORY') };
}

/** `--env-file`: what it sets holds where the environment is silent. */
export async function readEnvFile(
  { files, environment, flags }: LoadRequest,
  diagnostics: Diagnostic[],
): Promise<Readonly<Record<string, string>>> {
  const named = flags['env-file'];
  if (typeof named !== 'string') return {};
  const say = (where: string, path: string, found: string, wanted: string): void => {
    diagnostics.push({ severity: 'error', path, where, origin: 'file', found, wanted });
  };
  try {
    const { parseEnvFile } = await import('../../domain/env-file/parse.ts');
    const { variables, findings } = parseEnvFile(await files.readText(resolve(environment.cwd, named)));
    for (const { severity, line, name, problem, advice } of findings) {
      if (severity === 'error') say(`${named}:${line}`, name, problem, advice);
    }
    return Object.fromEntries([...variables].map(([name, { value }]) => [name, value]));
  } catch (error) {
    say(
      '--env-file',
      '',
      `names ${named}, which cannot be read (${systemCode(error) ?? 'unknown error'})`,
      'a readable file',
    );
    return {};
  }
}

const SECRET_NAME = /(?:^|_)(?:PASSWORD|PASSWD|AUTH_CODE|TOKEN|SECRET|KEY|WEBHOOK_URL)$/;
// Whatever the two routes call their credentials, existing services read them under this prefix.
const ROUTE_NAME = /^CTP_/;

/** Secrets that components may print although they are no configuration. */
export function sensitiveOf(
  fromFile: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): readonly Secret[] {
  return Object.entries(env).flatMap(([name, value]) => {
    const isOurs = Object.hasOwn(fromFile, name) || ROUTE_NAME.test(name);
    return isOurs && SECRET_NAME.test(name) && value !== '' ? [new Secret(value, name)] : [];
  });
}

export async function readSecretFile(files: Files, path: string): Promise<SecretText> {
  try {
    const info = await files.info(path, { follow: true });
    if (info === null) return { ok: false, absent: true, reason: 'does not exist' };
    if (info.kind !== 'file') return { ok: false, absent: false, reason: 'is not a regular file' };
    if (info.size > 65_536) return { ok: false, absent: false, reason: 'is larger than 64 KiB' };
    return { ok: true, text: await files.readText(path), isWorldReadable: (info.mode & OTHERS_MAY_READ) !== 0 };
  } catch (error) {
    return { ok: false, absent: false, reason: `cannot be read (${systemCode(error) ?? 'unknown error'})` };
  }
}
