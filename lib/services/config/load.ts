// Finds and reads the config files and secret files of a run, and normalizes them.

import { dirname, join, relative, resolve } from 'node:path';
import { systemCode } from '../../base/fault.ts';
import { own } from '../../base/json.ts';
import { nearest } from '../../base/nearest.ts';
import { parseYaml, type YamlText } from '../../base/yaml.ts';
import { parseEnvFile } from '../../domain/env-file/parse.ts';
import type { Environment } from '../../effects/environment.ts';
import type { Files } from '../../effects/files.ts';
import { createParseCache, type ParseCache } from './cache.ts';
import type { Config } from './config.ts';
import { type Diagnostic, inReadingOrder, showFound } from './diagnostics.ts';
import { normalizeConfig } from './normalize.ts';
import type { Source } from './sources.ts';
import { type Flags, place, type RawConfig, type RawFile, type SecretText } from './walk.ts';

export interface LoadRequest {
  readonly files: Files;
  readonly environment: Environment;
  /** Only flags that were given: a flag's own default would hide the file's value. */
  readonly flags: Flags;
  /** False for dry runs, which write nothing. Default true. */
  readonly keepCache?: boolean;
}

export interface LoadedConfig {
  /** Complete and typed only when no diagnostic is an error. */
  readonly config: Config;
  /** By dotted key; a key that is not in it has its default. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly diagnostics: readonly Diagnostic[];
  /** The config files that were read, the one that wins first. */
  readonly read: readonly string[];
}

interface Load {
  readonly request: LoadRequest;
  readonly diagnostics: Diagnostic[];
}

const CONFIG_FILE = 'config/mdops.yaml';
const LARGEST_FILE = 1_048_576;
const OTHERS_MAY_READ = 0o004;

/** Never throws: what is wrong is in the diagnostics. */
export async function loadConfig(request: LoadRequest): Promise<LoadedConfig> {
  const load: Load = { request, diagnostics: [] };
  const { environment } = request;
  const main = await readMain(load);
  const environments = join(main === undefined ? join(environment.cwd, 'config') : main.directory, 'environments');
  const profile = await readProfile(load, environments, profileName(load, main));
  const files = [profile, main].filter((file) => file !== undefined);
  const raw: RawConfig = {
    files,
    env: { ...(await readEnvFile(load)), ...environmentOf(environment) },
    flags: request.flags,
    workingDirectory: environment.cwd,
    secrets: new Map(),
  };
  let normalized = normalizeConfig(raw);
  if (normalized.wantedFiles.length > 0) {
    const secrets = new Map<string, SecretText>();
    for (const path of normalized.wantedFiles) secrets.set(path, await readSecretFile(request.files, path));
    normalized = normalizeConfig({ ...raw, secrets });
  }
  return {
    config: normalized.config,
    sources: normalized.sources,
    diagnostics: inReadingOrder([...load.diagnostics, ...normalized.diagnostics]),
    read: files.map((file) => file.name),
  };
}

async function readMain(load: Load): Promise<RawFile | undefined> {
  const { environment, flags } = load.request;
  const flag = flags['config'];
  if (typeof flag === 'string') return readFile(load, resolve(environment.cwd, flag), '--config', 'flag');
  const named = environment.get('MDOPS_CONFIG');
  if (named) return readFile(load, resolve(environment.cwd, named), 'MDOPS_CONFIG', 'environment');
  return readFile(load, join(environment.cwd, CONFIG_FILE));
}

async function readProfile(load: Load, directory: string, name: string): Promise<RawFile | undefined> {
  // A name that is no name is reported by its field.
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) return undefined;
  const file = await readFile(load, join(directory, `${name}.yaml`));
  const inner = file === undefined ? undefined : own(Object(file.value) as Record<string, unknown>, 'profile');
  if (file !== undefined && inner !== undefined && inner !== name) {
    load.diagnostics.push({
      severity: 'error',
      path: 'profile',
      where: place(file, 'profile'),
      origin: 'file',
      found: showFound(inner),
      wanted: `${JSON.stringify(name)}, as the file is called, or no such key`,
    });
  }
  if (file !== undefined || name === 'sim' || load.diagnostics.length > 0) return file;
  const known = (await load.request.files.list(directory).catch(() => []))
    .filter((entry) => entry.endsWith('.yaml'))
    .map((entry) => entry.slice(0, -5));
  const near = nearest(name, known);
  load.diagnostics.push({
    severity: 'error',
    path: 'profile',
    where: show(load, join(directory, `${name}.yaml`)),
    origin: 'file',
    found: 'names an environment that does not exist',
    wanted: `one of ${[...new Set([...known, 'sim'])].join(', ')}`,
    ...(near === undefined ? {} : { nearest: near }),
  });
  return undefined;
}

/** The file's text as a value; `wantedBy` is who insists that it exists. */
async function readFile(
  load: Load,
  path: string,
  wantedBy?: string,
  origin: Diagnostic['origin'] = 'file',
): Promise<RawFile | undefined> {
  const { files } = load.request;
  const name = show(load, path);
  const refuse = (where: string, found: string, wanted: string): undefined => {
    load.diagnostics.push({ severity: 'error', path: '', where, origin, found, wanted });
    return undefined;
  };
  try {
    const info = await files.info(path, { follow: true });
    if (info === null) {
      return wantedBy === undefined
        ? undefined
        : refuse(wantedBy, `names ${name}, which does not exist`, 'a config file');
    }
    if (info.kind !== 'file') return refuse(name, 'is not a regular file', 'a config file');
    if (info.size > LARGEST_FILE) return refuse(name, `is ${info.size} bytes large`, `at most ${LARGEST_FILE}`);
    const text = await files.readText(path);
    const parsed = await parse(load, path, text);
    for (const problem of parsed.problems) {
      const where = `${name}:${problem.line}`;
      load.diagnostics.push({
        severity: 'error',
        path: problem.path,
        where,
        origin: 'file',
        found: problem.message,
        wanted: problem.wanted,
      });
    }
    const isWorldReadable = (info.mode & OTHERS_MAY_READ) !== 0;
    return { name, directory: dirname(path), value: parsed.value, lines: parsed.lines, isWorldReadable };
  } catch (error) {
    return refuse(name, `cannot be read (${systemCode(error) ?? 'unknown error'})`, 'a readable config file');
  }
}

async function parse(load: Load, path: string, text: string): Promise<YamlText> {
  const cache = cacheFor(load, path, text);
  const kept = await cache.find(path, text);
  if (kept !== undefined) return kept;
  const parsed = await parseYaml(text);
  if (parsed.problems.length === 0 && (load.request.keepCache ?? true)) await cache.keep(path, text, parsed);
  return parsed;
}

function cacheFor(load: Load, path: string, text: string): ParseCache {
  const { environment, files } = load.request;
  const env = environmentOf(environment);
  const typed = own(env, 'MDOPS_STATE_DIR') || own(env, 'STATE_DIRECTORY');
  // The text is only guessed at here: an entry found in a wrong place is still about this very text, or not used.
  const named = /^\s+state_dir:[ \t]*["']?([^"'#\n]+)/m.exec(text)?.[1]?.trim();
  const state =
    typeof typed === 'string'
      ? resolve(environment.cwd, typed)
      : resolve(named === undefined ? environment.cwd : dirname(path), named ?? '.mdops');
  return createParseCache(files, join(state, 'cache'));
}

async function readSecretFile(files: Files, path: string): Promise<SecretText> {
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

/** `--env-file`: what it sets holds where the environment is silent. */
async function readEnvFile(load: Load): Promise<Readonly<Record<string, string>>> {
  const { files, environment, flags } = load.request;
  const named = flags['env-file'];
  if (typeof named !== 'string') return {};
  const say = (where: string, path: string, found: string, wanted: string): void => {
    load.diagnostics.push({ severity: 'error', path, where, origin: 'file', found, wanted });
  };
  try {
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

function profileName(load: Load, main: RawFile | undefined): string {
  const { environment, flags } = load.request;
  const inFile = own(Object(main?.value ?? {}) as Record<string, unknown>, 'profile');
  const named = flags['profile'] ?? (environment.get('MDOPS_PROFILE') || inFile) ?? 'sim';
  return typeof named === 'string' ? named : '';
}

/** systemd gives lists; the first directory is the unit's own. */
function environmentOf(environment: Environment): Readonly<Record<string, string>> {
  const all = environment.all();
  const first = (name: string): Record<string, string> => {
    const value = own(all, name);
    return typeof value === 'string' ? { [name]: value.split(':', 1)[0] ?? '' } : {};
  };
  return { ...all, ...first('STATE_DIRECTORY'), ...first('LOGS_DIRECTORY') };
}

function show(load: Load, path: string): string {
  const short = relative(load.request.environment.cwd, path);
  return short.startsWith('..') || short === '' ? path : short;
}
