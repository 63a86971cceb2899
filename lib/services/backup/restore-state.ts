// Puts a state directory back: staged beside it, then moved file by file under a marker that keeps runs from beginning.
// Killed anywhere, the marker stays, and the same moves are made again: each one is done once.

import { dirname } from 'node:path/posix';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault, systemCode } from '../../base/fault.ts';
import { isRecord, type Json, type JsonObject, parseJson } from '../../base/json.ts';
import { mergeTargetStates } from '../../domain/backup/merge-guards.ts';
import { RESTORE_MARKER } from '../../domain/backup/restore-marker.ts';
import { GOVERNOR, REPLACED, STAGING } from '../../domain/backup/state-layout.ts';
import type { Files } from '../../effects/files.ts';
import { readTargetState, toJson } from '../governor/records.ts';
import { documentText, parseDocument } from '../state/documents.ts';
import { removeLeftovers } from './leftovers.ts';
import { hashOf } from './write-archive.ts';

export interface Staged {
  readonly path: string;
  readonly sha256: string;
  readonly mode: number;
}

export interface RestoreMarker {
  readonly schema: 'mdops.restore/1';
  readonly id: string;
  readonly archive: string;
  /** Nothing was touched yet while staging; from `moving` on it only goes forward. */
  readonly phase: 'staging' | 'moving';
  readonly by: string;
  readonly at: string;
  readonly report: JsonObject;
  readonly puts: readonly Staged[];
  readonly asides: readonly string[];
  readonly moves: readonly { readonly from: string; readonly to: string }[];
}

export interface Place {
  readonly files: Files;
  readonly stateDir: string;
}

export async function readMarker({ files, stateDir }: Place): Promise<RestoreMarker | null> {
  let text: string;
  try {
    text = await files.readText(`${stateDir}/${RESTORE_MARKER}`);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return null;
    throw error;
  }
  const value: unknown = parseJson(text);
  if (isRecord(value) && value['schema'] === 'mdops.restore/1') return value as unknown as RestoreMarker;
  throw new Fault('restore unclear', `Cannot go on with a restore: ${stateDir}/${RESTORE_MARKER} is not one of ours`, {
    exit: EXIT.stateNotWritten,
    hint: 'look at it, and move it away when no restore is under way',
  });
}

export async function writeMarker({ files, stateDir }: Place, marker: RestoreMarker): Promise<void> {
  await files.makeDirectory(stateDir);
  await files.replace(`${stateDir}/${RESTORE_MARKER}`, `${JSON.stringify(marker)}\n`);
}

export async function dropMarker({ files, stateDir }: Place): Promise<void> {
  await removeLeftovers(files, stateDir, RESTORE_MARKER);
  await files.remove(`${stateDir}/${RESTORE_MARKER}`);
}

/** Nothing was touched: what was staged goes, then the marker. */
export async function undoStaging(place: Place): Promise<void> {
  await place.files.remove(`${place.stateDir}/${STAGING}`);
  await dropMarker(place);
}

/** One file beside its place. What can be read from the archive again is made durable once everything has moved. */
export async function stage({ files, stateDir }: Place, file: StagedContent, isAgain: boolean): Promise<Staged> {
  const target = `${stateDir}/${STAGING}/${file.path}`;
  await files.makeDirectory(dirname(target));
  await files.replace(target, file.content, { mode: file.mode, durable: !isAgain });
  return { path: file.path, sha256: hashOf(file.content), mode: file.mode };
}

export interface StagedContent {
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

/** The stricter account of the two; what the current one says when they say the same. */
export function mergeAccounts(archived: Uint8Array, current: Uint8Array): Uint8Array {
  const [older, newer] = [archived, current].map((bytes) => {
    const parsed = parseDocument(Buffer.from(bytes).toString('utf8'));
    return readTargetState(parsed.ok ? parsed.data : null);
  });
  const merged = older === undefined ? newer : mergeTargetStates(older, newer ?? null);
  return Buffer.from(documentText(toJson(merged ?? {})));
}

/** Nobody knows what was done since the backup: automation waits for a person. */
export function automationOff(reason: string, by: string, at: Json): { path: string; content: Uint8Array } {
  return {
    path: `${GOVERNOR}/global.json`,
    content: Buffer.from(documentText({ isOff: true, reason, by, at })),
  };
}

/** The content of staged files once more, for those that a power cut took before they were durable. */
export type ReadAgain = (paths: ReadonlySet<string>) => Promise<readonly StagedContent[]>;

/** Every move of the marker, in order; those that were made are left out. Throws when the result is not the planned one. */
export async function finishMoves(place: Place, marker: RestoreMarker, readAgain: ReadAgain): Promise<void> {
  const { files, stateDir } = place;
  const kept = `${REPLACED}/${marker.id}`;
  for (const path of marker.asides) await setAside(place, kept, path);
  for (const { from, to } of marker.moves) {
    if (await isThere(place, from)) await move(place, from, to);
  }
  for (const [at, { path }] of marker.puts.entries()) {
    const staged = `${STAGING}/${path}`;
    if (!(await isThere(place, staged))) continue;
    for (const above of ancestorsOf(path)) {
      if ((await files.info(`${stateDir}/${above}`))?.kind === 'file') await setAside(place, kept, above);
    }
    await setAside(place, kept, path);
    // One sync for all names of a directory: thousands of files would take minutes.
    const next = marker.puts[at + 1]?.path ?? '';
    await move(place, staged, path, dirname(next) !== dirname(path));
  }
  const differing = new Set(await findDiffering(place, marker));
  const wanted = new Map(marker.puts.map(({ path, sha256 }) => [path, sha256]));
  for (const { path, mode, content } of differing.size === 0 ? [] : await readAgain(differing)) {
    // A merged account is in no archive: the archived one alone would give something back.
    if (hashOf(content) !== wanted.get(path)) continue;
    await files.makeDirectory(dirname(`${stateDir}/${path}`));
    await files.replace(`${stateDir}/${path}`, content, { mode });
  }
  for (const { path } of marker.puts) await makeDurable(place, path);
  const [wrong] = await findDiffering(place, marker);
  if (wrong === undefined) return;
  throw new Fault('restore incomplete', `Cannot finish the restore: ${wrong} is not what was restored`, {
    exit: EXIT.stateNotWritten,
    hint: 'free or repair the disk, then run mdops backup restore again: it goes on from here',
  });
}

/** `a/b/c` → `a`, `a/b`: where a file lies in place of a directory, it is in the way. */
function ancestorsOf(path: string): string[] {
  const segments = path.split('/').slice(0, -1);
  return segments.map((_segment, at) => segments.slice(0, at + 1).join('/'));
}

async function findDiffering({ files, stateDir }: Place, { puts }: RestoreMarker): Promise<string[]> {
  const differing: string[] = [];
  for (const { path, sha256 } of puts) {
    const content = await files.readBytes(`${stateDir}/${path}`).catch(() => null);
    if (content === null || hashOf(content) !== sha256) differing.push(path);
  }
  return differing;
}

/** Nothing is appended; what was written is on the disk when it resolves. */
async function makeDurable({ files, stateDir }: Place, path: string): Promise<void> {
  const file = await files.openAppend(`${stateDir}/${path}`);
  try {
    await file.append('');
  } finally {
    await file.close();
  }
}

export async function closeRestore(place: Place, marker: RestoreMarker, report: JsonObject): Promise<void> {
  const { files, stateDir } = place;
  await files.makeDirectory(`${stateDir}/restores`);
  const record = {
    schema: marker.schema,
    id: marker.id,
    archive: marker.archive,
    by: marker.by,
    at: marker.at,
    ...report,
  };
  await files.replace(`${stateDir}/restores/${marker.id}.json`, `${JSON.stringify(record)}\n`);
  await files.remove(`${stateDir}/${STAGING}`);
  await dropMarker(place);
}

async function isThere({ files, stateDir }: Place, path: string): Promise<boolean> {
  return (await files.info(`${stateDir}/${path}`)) !== null;
}

/** Under another name when an earlier attempt has put something there: nothing that was replaced is lost. */
async function setAside(place: Place, kept: string, path: string): Promise<void> {
  if (!(await isThere(place, path))) return;
  let to = `${kept}/${path}`;
  while (await isThere(place, to)) to = `${to}.again`;
  await move(place, path, to);
}

async function move({ files, stateDir }: Place, from: string, to: string, durable = true): Promise<void> {
  await files.makeDirectory(dirname(`${stateDir}/${to}`));
  await files.rename(`${stateDir}/${from}`, `${stateDir}/${to}`, { durable });
}
