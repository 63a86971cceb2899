// Finds and reads the config files and secret files of a run, and normalizes them: the long way, whatever is kept.

import { dirname, join, relative } from 'node:path';
import { systemCode } from '../../base/fault.ts';
import { own } from '../../base/json.ts';
import { nearest } from '../../base/nearest.ts';
import type { YamlText } from '../../base/yaml.ts';
import { createParseCache } from './cache.ts';
import { type Diagnostic, inReadingOrder, showFound } from './diagnostics.ts';
import type { LoadedConfig, MetFile } from './loaded.ts';
import { normalizeConfig } from './normalize.ts';
import {
  cacheDirectory,
  environmentOf,
  LARGEST_FILE,
  type LoadRequest,
  mainFile,
  OTHERS_MAY_READ,
  readEnvFile,
  readSecretFile,
  sensitiveOf,
} from './surroundings.ts';
import { place, type RawConfig, type RawFile, type SecretText } from './walk.ts';

export interface ConfigAfresh {
  readonly loaded: LoadedConfig;
  /** Every config file that was looked for, in this order. */
  readonly met: readonly MetFile[];
}

interface Load {
  readonly request: LoadRequest;
  readonly diagnostics: Diagnostic[];
  readonly met: MetFile[];
}

/** Never throws: what is wrong is in the diagnostics. */
export async function loadAfresh(request: LoadRequest): Promise<ConfigAfresh> {
  const load: Load = { request, diagnostics: [], met: [] };
  const { environment } = request;
  const main = await readMain(load);
  const environments = join(main === undefined ? join(environment.cwd, 'config') : main.directory, 'environments');
  const profile = await readProfile(load, environments, profileName(load, main));
  const files = [profile, main].filter((file) => file !== undefined);
  const fromFile = await readEnvFile(request, load.diagnostics);
  const raw: RawConfig = {
    files,
    env: { ...fromFile, ...environmentOf(environment) },
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
  const loaded = {
    config: normalized.config,
    sources: normalized.sources,
    diagnostics: inReadingOrder([...load.diagnostics, ...normalized.diagnostics]),
    read: files.map((file) => file.name),
    sensitive: sensitiveOf(fromFile, raw.env),
  };
  return { loaded, met: load.met };
}

async function readMain(load: Load): Promise<RawFile | undefined> {
  const { path, wantedBy } = mainFile(load.request);
  return wantedBy === undefined ? readFile(load, path) : readFile(load, path, wantedBy.name, wantedBy.origin);
}

async function readProfile(load: Load, directory: string, name: string): Promise<RawFile | undefined> {
  // A name that is no name is reported by its field.
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) return undefined;
  const file = (await readFile(load, join(directory, `${name}.yaml`))) ?? (await readShipped(load, name));
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

/** Who asks for the embedded environment by name gets the one that comes with the program, wherever he stands. */
async function readShipped(load: Load, name: string): Promise<RawFile | undefined> {
  const { shipped, flags } = load.request;
  if (shipped === undefined || name !== 'sim' || flags['profile'] !== 'sim') return undefined;
  return readFile(load, join(shipped, 'environments/sim.yaml'));
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
      load.met.push({ path, text: null, isWorldReadable: false });
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
    load.met.push({ path, text, isWorldReadable });
    return { name, directory: dirname(path), value: parsed.value, lines: parsed.lines, isWorldReadable };
  } catch (error) {
    return refuse(name, `cannot be read (${systemCode(error) ?? 'unknown error'})`, 'a readable config file');
  }
}

async function parse(load: Load, path: string, text: string): Promise<YamlText> {
  const { files } = load.request;
  const cache = createParseCache(files, cacheDirectory(load.request, path, text));
  const kept = await cache.find(path, text);
  if (kept !== undefined) return kept;
  const { parseYaml } = await import('../../base/yaml.ts');
  const parsed = await parseYaml(text);
  if (parsed.problems.length > 0 || load.request.keepCache === false) return parsed;
  const { holdsSecret } = await import('./keep.ts');
  if (!holdsSecret(parsed.value)) await cache.keep(path, text, parsed);
  return parsed;
}

function profileName(load: Load, main: RawFile | undefined): string {
  const { environment, flags } = load.request;
  const inFile = own(Object(main?.value ?? {}) as Record<string, unknown>, 'profile');
  const named = flags['profile'] ?? (environment.get('MDOPS_PROFILE') || inFile) ?? 'sim';
  return typeof named === 'string' ? named : '';
}

function show(load: Load, path: string): string {
  const short = relative(load.request.environment.cwd, path);
  return short.startsWith('..') || short === '' ? path : short;
}
