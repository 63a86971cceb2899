// The files an export would write: dashboards and folders by their place, everything else into provisioning files.

import { join } from 'node:path';
import type { GrafanaObject, LiveObject } from '../../../base/grafana-objects.ts';
import { isRecord, type Json, type JsonObject } from '../../../base/json.ts';
import { renderYaml } from '../../../base/yaml.ts';
import { withDatasourceVariables } from '../../../domain/grafana/datasource-variables.ts';
import { directoryName, FOLDER_FILE, folderUid, slug } from '../../../domain/grafana/layout.ts';
import { mergeProvisioning, ordered, SECTIONS } from '../../../domain/grafana/write-provisioning.ts';
import type { Root } from './roots.ts';
import { originKey, type Wanted } from './wanted.ts';

export interface ExportedFile {
  readonly path: string;
  readonly text: string;
}

/** Where what has no file yet goes. */
const NEW_FILES = {
  datasource: 'datasources/exported.yml',
  'contact-point': 'alerting/exported-contact-points.yml',
  policy: 'alerting/exported-policies.yml',
  'alert-rule': 'alerting/exported-rules.yml',
} as const;

export async function makeFiles(root: Root, wanted: Wanted, objects: readonly LiveObject[]): Promise<ExportedFile[]> {
  const places = placeFolders(root, wanted, objects);
  const folders = objects.filter(({ kind }) => kind === 'folder').map((folder) => folderFile(root, folder, places));
  const taken = new Set(wanted.origins.values());
  const dashboards = objects
    .filter(({ kind }) => kind === 'dashboard')
    .map((one) => dashboardFile(root, wanted, one, places, taken));
  const provisioning = await provisioningFiles(root, wanted, objects, places);
  return [...(await Promise.all(folders)).flat(), ...dashboards, ...provisioning];
}

/** Uid of a folder → its path below dashboards/, and its title. */
type Places = ReadonlyMap<string, { readonly path: readonly string[]; readonly title: string }>;

function placeFolders(root: Root, wanted: Wanted, objects: readonly GrafanaObject[]): Places {
  const live = objects.filter(({ kind }) => kind === 'folder');
  const known = new Map([...(wanted.objects.get('folder') ?? []), ...live].map((folder) => [folder.id, folder]));
  const pathOf = (uid: string, depth = 0): string[] => {
    const folder = known.get(uid);
    if (folder === undefined || depth > known.size) return [];
    const origin = wanted.origins.get(originKey(folder));
    const base = `${root.directory}/dashboards/`;
    if (origin?.startsWith(base) === true) return origin.slice(base.length).split('/');
    return [...pathOf(String(folder.spec['parentUid'] ?? ''), depth + 1), directoryName(folder.title)];
  };
  return new Map([...known].map(([uid, { title }]) => [uid, { path: pathOf(uid), title }]));
}

/** Only where its place does not say the same. */
async function folderFile(root: Root, { id, title }: LiveObject, places: Places): Promise<ExportedFile[]> {
  const path = places.get(id)?.path ?? [];
  if (folderUid(root.platform, path) === id && path.at(-1) === title) return [];
  return [
    { path: join(root.directory, 'dashboards', ...path, FOLDER_FILE), text: await renderYaml({ uid: id, title }) },
  ];
}

function dashboardFile(root: Root, wanted: Wanted, live: LiveObject, places: Places, taken: Set<string>): ExportedFile {
  const { folderUid: folder, iteration: _, ...model } = live.spec;
  const directory = join(root.directory, 'dashboards', ...(places.get(String(folder))?.path ?? []));
  const plain = join(directory, `${slug(live.title)}.json`);
  const before = wanted.origins.get(originKey(live));
  const path = before ?? (taken.has(plain) ? join(directory, `${slug(live.title)}-${slug(live.id)}.json`) : plain);
  taken.add(path);
  const kept = { ...withDatasourceVariables(withoutPluginVersions(model as JsonObject)), uid: live.id };
  return { path, text: `${JSON.stringify(ordered(kept), null, 2)}\n` };
}

/** Which plugin drew a panel last is true of that server only. */
function withoutPluginVersions(value: JsonObject): JsonObject {
  const panels = Array.isArray(value['panels']) ? (value['panels'] as readonly Json[]) : null;
  const { pluginVersion: _, ...rest } = value;
  if (panels === null) return rest;
  return {
    ...rest,
    panels: panels.map((panel) => (isRecord(panel) ? withoutPluginVersions(panel as JsonObject) : panel)),
  };
}

async function provisioningFiles(
  root: Root,
  wanted: Wanted,
  objects: readonly LiveObject[],
  places: Places,
): Promise<ExportedFile[]> {
  const byFile = new Map<string, LiveObject[]>();
  for (const object of objects) {
    if (!(object.kind in SECTIONS)) continue;
    const usual = join(root.directory, 'provisioning', NEW_FILES[object.kind as keyof typeof NEW_FILES]);
    const file = wanted.origins.get(originKey(object)) ?? usual;
    byFile.set(file, [...(byFile.get(file) ?? []), object]);
  }
  const titleOf = (uid: string): string => {
    const place = places.get(uid);
    return place === undefined ? uid : [...place.path.slice(0, -1), place.title].join('/');
  };
  return Promise.all(
    [...byFile].map(async ([path, held]) => ({
      path,
      text: await renderYaml(mergeProvisioning(wanted.provisioning.get(path) ?? {}, held, titleOf)),
    })),
  );
}
