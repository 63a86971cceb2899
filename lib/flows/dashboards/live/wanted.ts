// What the files of one or more platforms want a Grafana to have.

import { basename, join, relative } from 'node:path';
import { EXIT } from '../../../base/exit-codes.ts';
import { describeError, Fault } from '../../../base/fault.ts';
import { GRAFANA_KINDS, type GrafanaKind, type GrafanaObject, KIND_NAMES } from '../../../base/grafana-objects.ts';
import { isRecord, type JsonObject, parseJson } from '../../../base/json.ts';
import { parseYaml } from '../../../base/yaml.ts';
import { FOLDER_FILE, folderUid } from '../../../domain/grafana/layout.ts';
import type { Ownership } from '../../../domain/grafana/ownership.ts';
import { digestOf } from '../../../domain/grafana/plan.ts';
import { readProvisioning } from '../../../domain/grafana/read-provisioning.ts';
import type { FilesContext, Root } from './roots.ts';

export interface Wanted {
  readonly objects: ReadonlyMap<GrafanaKind, readonly GrafanaObject[]>;
  /** The file of each object, by kind and id. */
  readonly origins: ReadonlyMap<string, string>;
  /** Each provisioning file as it is. */
  readonly provisioning: ReadonlyMap<string, JsonObject>;
  readonly own: Ownership;
  /** Whether the files speak for everything that is ours, or only for what was named. */
  readonly isWhole: boolean;
}

export function originKey({ kind, id }: Pick<GrafanaObject, 'kind' | 'id'>): string {
  return `${kind}/${id}`;
}

/** Throws one fault that names every mistake in the files. */
export async function readWanted(ctx: FilesContext, roots: readonly Root[]): Promise<Wanted> {
  const reading: Reading = { ctx, objects: [], origins: new Map(), provisioning: new Map(), problems: [] };
  for (const root of roots) await readRoot(reading, root);
  if (reading.problems.length > 0) throw broken(reading.problems);
  const objects = new Map(GRAFANA_KINDS.map((kind) => [kind, reading.objects.filter((one) => one.kind === kind)]));
  const named = roots.map(({ onlyFile }) => onlyFile).filter((file) => file !== null);
  return {
    objects: named.length === 0 ? objects : onlyNamed(objects, reading.origins, named),
    origins: reading.origins,
    provisioning: reading.provisioning,
    own: {
      platforms: [...new Set(roots.map(({ platform }) => platform))],
      folders: new Set((objects.get('folder') ?? []).map(({ id }) => id)),
    },
    isWhole: named.length === 0,
  };
}

interface Reading {
  readonly ctx: FilesContext;
  readonly objects: GrafanaObject[];
  readonly origins: Map<string, string>;
  readonly provisioning: Map<string, JsonObject>;
  readonly problems: string[];
}

async function readRoot(reading: Reading, root: Root): Promise<void> {
  await readFolder(reading, root, [], '');
  for (const kind of ['datasources', 'alerting']) await readProvisioningFiles(reading, root, kind);
}

/** The dashboards in one folder, and the folders in it. `uid` is empty at the root. */
async function readFolder(reading: Reading, root: Root, path: readonly string[], uid: string): Promise<void> {
  const directory = join(root.directory, 'dashboards', ...path);
  for (const name of await reading.ctx.files.list(directory)) {
    const full = join(directory, name);
    const info = await reading.ctx.files.info(full, { follow: true });
    if (info?.kind === 'directory') {
      const folder = await folderAt(reading, root, [...path, name], uid);
      await readFolder(reading, root, [...path, name], folder);
    } else if (name.endsWith('.json')) await readDashboard(reading, full, uid);
  }
}

async function folderAt(reading: Reading, root: Root, path: readonly string[], parentUid: string): Promise<string> {
  const directory = join(root.directory, 'dashboards', ...path);
  const file = join(directory, FOLDER_FILE);
  const given = (await reading.ctx.files.info(file)) === null ? {} : await readMapping(reading, file);
  const title = typeof given['title'] === 'string' ? given['title'] : (path.at(-1) ?? '');
  const uid = typeof given['uid'] === 'string' ? given['uid'] : folderUid(root.platform, path);
  add(reading, { kind: 'folder', id: uid, title, spec: { title, parentUid } }, directory);
  return uid;
}

async function readDashboard(reading: Reading, file: string, uid: string): Promise<void> {
  let value: unknown;
  try {
    value = parseJson(await reading.ctx.files.readText(file));
  } catch (error) {
    reading.problems.push(`${show(reading, file)} is not JSON: ${describeError(error)}`);
    return;
  }
  const inner = isRecord(value) && isRecord(value['dashboard']) ? value['dashboard'] : value;
  const model = isRecord(inner) ? (inner as JsonObject) : {};
  const { uid: id, title } = model;
  if (typeof id !== 'string' || id === '' || typeof title !== 'string' || title === '') {
    reading.problems.push(`${show(reading, file)} is no dashboard that can be kept: it wants a uid and a title`);
    return;
  }
  const { uid: _, id: __, version: ___, ...spec } = model;
  add(reading, { kind: 'dashboard', id, title, spec: { ...spec, folderUid: uid } }, file);
}

async function readProvisioningFiles(reading: Reading, root: Root, kind: string): Promise<void> {
  const directory = join(root.directory, 'provisioning', kind);
  for (const name of await reading.ctx.files.list(directory)) {
    if (!/\.ya?ml$/.test(name)) continue;
    const file = join(directory, name);
    const value = await readMapping(reading, file);
    reading.provisioning.set(file, value);
    const { objects, problems } = readProvisioning(value, (title) => folderTitled(reading, root, title, file));
    reading.problems.push(...problems.map((problem) => `${show(reading, file)}: ${problem}`));
    for (const object of objects) add(reading, object, file);
  }
}

/** Rules may lie in a folder that has no dashboards: then it is wanted for their sake. */
function folderTitled(reading: Reading, root: Root, title: string, file: string): string {
  const path = title.split('/');
  const leaf = path.at(-1) ?? title;
  const derived = folderUid(root.platform, path);
  const own = reading.objects.filter(({ kind }) => kind === 'folder');
  const found =
    own.find(({ id }) => id === derived) ??
    own.find((folder) => folder.title === leaf && isBelow(reading, root, folder));
  if (found !== undefined) return found.id;
  add(reading, { kind: 'folder', id: derived, title: leaf, spec: { title: leaf, parentUid: '' } }, file);
  return derived;
}

function isBelow({ origins }: Reading, root: Root, folder: GrafanaObject): boolean {
  return origins.get(originKey(folder))?.startsWith(`${root.directory}/`) === true;
}

async function readMapping(reading: Reading, file: string): Promise<JsonObject> {
  const { value, problems } = await parseYaml(await reading.ctx.files.readText(file));
  for (const { line, message, wanted } of problems) {
    reading.problems.push(`${show(reading, file)}:${line} ${message}; wanted ${wanted}`);
  }
  // Without the prototype-less mappings of the reader.
  return isRecord(value) ? (JSON.parse(JSON.stringify(value)) as JsonObject) : {};
}

/** Platforms may share an object; then they have to want the same of it. */
function add(reading: Reading, object: GrafanaObject, file: string): void {
  const key = originKey(object);
  const before = reading.origins.get(key);
  if (before === undefined) {
    reading.origins.set(key, file);
    reading.objects.push(object);
    return;
  }
  const other = reading.objects.find((one) => originKey(one) === key);
  if (other !== undefined && digestOf(other) === digestOf(object)) return;
  const what = object.kind === 'policy' ? KIND_NAMES.policy[0] : `the ${KIND_NAMES[object.kind][0]} "${object.id}"`;
  reading.problems.push(
    `${show(reading, file)} wants ${what} otherwise than ${show(reading, before)} does: one has to go`,
  );
}

function onlyNamed(
  objects: ReadonlyMap<GrafanaKind, readonly GrafanaObject[]>,
  origins: ReadonlyMap<string, string>,
  files: readonly string[],
): ReadonlyMap<GrafanaKind, readonly GrafanaObject[]> {
  const dashboards = (objects.get('dashboard') ?? []).filter((one) =>
    files.includes(origins.get(originKey(one)) ?? ''),
  );
  const needed = new Set<string>();
  const folders = new Map((objects.get('folder') ?? []).map((folder) => [folder.id, folder]));
  for (const { spec } of dashboards) {
    for (let uid = String(spec['folderUid']); folders.has(uid) && !needed.has(uid); ) {
      needed.add(uid);
      uid = String(folders.get(uid)?.spec['parentUid']);
    }
  }
  return new Map<GrafanaKind, readonly GrafanaObject[]>([
    ['folder', [...folders.values()].filter(({ id }) => needed.has(id))],
    ['dashboard', dashboards],
  ]);
}

function broken(problems: readonly string[]): Fault {
  const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`;
  return new Fault(
    'dashboard files invalid',
    `Cannot use the files: ${count}${problems.map((one) => `\n  ${one}`).join('')}`,
    {
      exit: EXIT.config,
      hint: 'correct them first; nothing was sent',
      facts: { problems },
    },
  );
}

function show({ ctx }: Reading, file: string): string {
  const short = relative(ctx.environment.cwd, file);
  return short === '' ? basename(file) : short;
}
