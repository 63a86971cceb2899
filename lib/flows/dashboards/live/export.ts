// `dashboards export`: what a live Grafana has, as files of our layout. Overwrites nothing silently.

import { dirname, relative } from 'node:path';
import { EXIT } from '../../../base/exit-codes.ts';
import { Fault } from '../../../base/fault.ts';
import {
  type Glimpse,
  type GrafanaKind,
  KIND_NAMES,
  type LiveObject,
  POLICIES_ID,
} from '../../../base/grafana-objects.ts';
import type { Grafana } from '../../../clients/grafana/kind-client.ts';
import { compareObjects } from '../../../domain/grafana/drift.ts';
import { isOurs } from '../../../domain/grafana/ownership.ts';
import type { Outcome } from '../../../run/command.ts';
import type { Context } from '../../../run/context.ts';
import type { Invocation } from '../../../run/invocation.ts';
import { type ExportedFile, makeFiles } from './exported-files.ts';
import { chosenKinds } from './look.ts';
import { type References, readReferences } from './references.ts';
import { exportRoot } from './roots.ts';
import { nameOf } from './show-drift.ts';
import { readWanted, type Wanted } from './wanted.ts';

interface Selection {
  readonly folders: ReadonlySet<string>;
  readonly uids: readonly string[];
  readonly isAll: boolean;
  /** Neither flag: what is ours. */
  readonly isOwn: boolean;
}

export async function exportDashboards(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const root = await exportRoot(ctx, invocation);
  const wanted = await readWanted(ctx, [root]);
  const references = await readReferences(ctx, wanted);
  const grafana = await ctx.openGrafana();
  const selection = await select(grafana, invocation);
  const objects: LiveObject[] = [];
  for (const kind of withFolders(chosenKinds(invocation))) {
    objects.push(...(await collect(ctx, grafana, kind, selection, wanted, invocation)));
  }
  const fresh = objects.filter((object) => object.kind === 'folder' || !isInFiles(ctx, wanted, references, object));
  const files = await makeFiles(root, wanted, withoutEmptyFolders(fresh, objects));
  const written = await writeFiles(ctx, files);
  const missing = selection.uids.filter((uid) => !objects.some(({ id }) => id === uid));
  const summary = `${objects.length - count(objects, 'folder')} objects of ${grafana.url}: ${written.length === 0 ? 'the files have them already' : `${written.length} ${written.length === 1 ? 'file' : 'files'} written`}`;
  const names = written.map(({ path, state }) => ({ path: relative(ctx.environment.cwd, path), state }));
  return {
    exit: missing.length > 0 ? EXIT.warning : EXIT.ok,
    summary,
    report: { schema: 'mdops.dashboards-export/1', url: grafana.url, files: names, not_found: missing, summary },
    view: (paint) => [
      ...names.map(({ path, state }) => `${state === 'new' ? paint.good('+') : paint.warn('~')} ${path}`),
      ...missing.map((uid) => paint.warn(`! there is nothing with the uid "${uid}"`)),
      summary,
    ],
  };
}

/** Dashboards and rules cannot be placed without their folders. */
function withFolders(kinds: readonly GrafanaKind[]): readonly GrafanaKind[] {
  const needs = kinds.includes('dashboard') || kinds.includes('alert-rule');
  return needs && !kinds.includes('folder') ? ['folder', ...kinds] : kinds;
}

async function select(grafana: Grafana, invocation: Invocation): Promise<Selection> {
  const names = invocation.texts('folder');
  const uids = invocation.texts('uid');
  const isAll = invocation.on('all');
  const isOwn = names.length === 0 && uids.length === 0 && !isAll;
  if (names.length === 0) return { folders: new Set(), uids, isAll, isOwn };
  const seen = await grafana.of('folder').look([], () => true);
  const folders = new Set<string>();
  for (const name of names) {
    const found = seen.objects.filter(({ id, title }) => id === name || title === name);
    if (found.length === 1 && found[0] !== undefined) folders.add(found[0].id);
    else throw unclear(name, found, seen.objects);
  }
  // What lies in a folder's folders lies in it.
  for (let before = -1; before !== folders.size; ) {
    before = folders.size;
    for (const { id, spec } of seen.objects) if (folders.has(String(spec['parentUid']))) folders.add(id);
  }
  return { folders, uids, isAll, isOwn };
}

function unclear(name: string, found: readonly LiveObject[], all: readonly LiveObject[]): Fault {
  const message = found.length === 0 ? `There is no folder "${name}"` : `There are ${found.length} folders "${name}"`;
  const hint =
    found.length === 0
      ? `there are ${
          all
            .slice(0, 20)
            .map(({ title }) => `"${title}"`)
            .join(', ') || 'none'
        }`
      : `name one by its uid: ${found.map(({ id }) => id).join(', ')}`;
  return new Fault('grafana folder unclear', message, { exit: EXIT.usage, hint });
}

async function collect(
  ctx: Pick<Context, 'progress'>,
  grafana: Grafana,
  kind: GrafanaKind,
  selection: Selection,
  wanted: Wanted,
  invocation: Invocation,
): Promise<readonly LiveObject[]> {
  ctx.progress.update(`reading ${KIND_NAMES[kind][1]} of ${grafana.url}`);
  const isChosen = (seen: Glimpse): boolean => {
    if (selection.isAll || selection.uids.includes(seen.id)) return true;
    // Folders are needed to place whatever else is chosen; those that stay empty are left out again.
    if (kind === 'folder') return true;
    if (selection.isOwn) return isOurs(kind, seen, wanted.own);
    return selection.folders.has(seen.folderUid);
  };
  const inFiles = selection.isOwn ? (wanted.objects.get(kind) ?? []).map(({ id }) => id) : [];
  const wantsTree = kind === 'policy' && (selection.isAll || invocation.texts('only').includes('policy'));
  const isNamed = invocation.texts('only').includes(kind);
  try {
    return (await grafana.of(kind).look(wantsTree ? [POLICIES_ID] : inFiles, isChosen)).objects;
  } catch (error) {
    // Asked for everything, an old server gives everything it has.
    if (!isNamed && error instanceof Fault && error.code === 'grafana version lacks this') return [];
    throw error;
  }
}

function withoutEmptyFolders(fresh: readonly LiveObject[], all: readonly LiveObject[]): LiveObject[] {
  const parents = new Map(
    all.filter(({ kind }) => kind === 'folder').map(({ id, spec }) => [id, String(spec['parentUid'] ?? '')]),
  );
  const used = new Set<string>();
  for (const { kind, spec } of all) {
    if (kind === 'folder') continue;
    for (let uid = String(spec['folderUid'] ?? ''); parents.has(uid) && !used.has(uid); uid = parents.get(uid) ?? '')
      used.add(uid);
  }
  return fresh.filter(({ kind, id }) => kind !== 'folder' || used.has(id));
}

/** Then its file stays as it is, however it is written. What differs is told: the file is about to say otherwise. */
function isInFiles(ctx: Pick<Context, 'log'>, wanted: Wanted, { lookUp }: References, live: LiveObject): boolean {
  const object = wanted.objects.get(live.kind)?.find(({ id }) => id === live.id);
  if (object === undefined) return false;
  // A value that is not known here is the file's business.
  const { differences } = compareObjects(object, live, lookUp);
  if (differences.length === 0) return true;
  const paths = differences.slice(0, MOST_PATHS).map(({ path }) => path);
  const more = differences.length > MOST_PATHS ? ', …' : '';
  ctx.log.event('message', `${nameOf(live.kind, live.title)} differs at ${paths.join(', ')}${more}`, { level: 'warn' });
  return false;
}

const MOST_PATHS = 10;

interface WrittenFile {
  readonly path: string;
  readonly state: 'new' | 'changed';
}

async function writeFiles(ctx: Context, files: readonly ExportedFile[]): Promise<WrittenFile[]> {
  const changed: (WrittenFile & ExportedFile)[] = [];
  for (const file of files) {
    const before = (await ctx.files.info(file.path)) === null ? null : await ctx.files.readText(file.path);
    if (before === file.text) continue;
    changed.push({ ...file, state: before === null ? 'new' : 'changed' });
  }
  const over = changed.filter(({ state }) => state === 'changed');
  if (over.length > 0) {
    const names = over.map(({ path }) => relative(ctx.environment.cwd, path)).join(', ');
    await ctx.person.confirm({ action: `Overwrite ${names}, comments included`, flag: '--yes' });
  }
  for (const { path, text } of changed) {
    await ctx.files.makeDirectory(dirname(path));
    await ctx.files.replace(path, text, { mode: 0o644 });
  }
  return changed;
}

function count(objects: readonly LiveObject[], kind: GrafanaKind): number {
  return objects.filter((object) => object.kind === kind).length;
}
