// Backups of one state directory in one backup directory: what the commands ask for.

import { dirname } from 'node:path/posix';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { describeFileTrouble } from '../../base/file-trouble.ts';
import type { JsonObject } from '../../base/json.ts';
import { type Manifest, type ManifestFile, type Part, splitPath } from '../../domain/backup/manifest.ts';
import type { AppendFile, Files } from '../../effects/files.ts';
import { fileName } from '../state/documents.ts';
import type { BackupsParts } from './backups-parts.ts';
import { removeLeftovers } from './leftovers.ts';
import { readContents, type Verified, verifyArchive } from './read-archive.ts';
import { isNothing, lookAt, type RestoreView, restoreState, settleRestore } from './restore.ts';
import { type RestoreMarker, readMarker } from './restore-state.ts';
import { listState, type ReadState, readStateFile, type StateFile, type StateListing } from './state-files.ts';
import { type ArchiveWriter, openArchive } from './write-archive.ts';

export interface BackupFile {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
}

export interface Backups {
  readonly directory: string;
  readonly secretKeys: readonly string[];
  readonly host: string;
  /** Archives by their names, newest first. */
  list(): Promise<BackupFile[]>;
  verify(path: string): Promise<Verified>;
  /** Where the archive of this run belongs; throws when that is in the state directory. */
  place(): string;
  /** The archive of this run, under its name once it is finished. */
  open(createdS: number): Promise<{ readonly path: string; readonly writer: ArchiveWriter }>;
  /** The fault for what a disk said while the archive was written. */
  notWritten(path: string, error: unknown): Fault;
  remove(path: string): Promise<void>;
  /** A lost disk would take both. */
  isBesideState(): Promise<boolean>;
  state(): Promise<StateListing>;
  readState(file: StateFile): Promise<ReadState | null>;
  takeSnapshot: BackupsParts['takeSnapshot'];
  /** A restore that was begun and not finished. */
  pending(): Promise<RestoreMarker | null>;
  lookAt(path: string, manifest: Manifest): Promise<RestoreView>;
  isNothing(view: RestoreView): boolean;
  restore(path: string, manifest: Manifest, report: (view: RestoreView) => JsonObject): Promise<RestoreView>;
  settle(marker: RestoreMarker): Promise<'finished' | 'undone'>;
  /** Throws when there is something in a directory that files are to be written into. */
  refuseFilled(directory: string): Promise<void>;
  /** Writes other parts into a new directory; answers how many files. */
  layOut(path: string, manifest: Manifest, parts: readonly Part[], directory: string): Promise<number>;
}

// Held as a whole in memory; what is larger is written as it is read.
const LARGE = 8_388_608;
const NAME = /^mdops-backup-.+\.tar$/;

export function createBackups(parts: BackupsParts): Backups {
  const { files, directory, stateDir, who, profile } = parts;
  const prefix = `mdops-backup-${fileName(who.host)}-${fileName(profile)}-`;
  const place = (): string => {
    if (`${directory}/`.startsWith(`${stateDir}/`)) throw inside(directory);
    return `${directory}/${prefix}${who.run_id}.tar`;
  };
  return {
    directory,
    secretKeys: parts.secretKeys,
    host: who.host,
    list: () => list(files, directory),
    verify: (path) => verifyArchive(parts, path),
    place,
    open: async (createdS) => {
      const path = place();
      try {
        await files.makeDirectory(directory);
        await removeLeftovers(files, directory, prefix);
        return { path, writer: await openArchive(parts, path, createdS) };
      } catch (error) {
        throw notWritten(path, error);
      }
    },
    notWritten,
    remove: (path) => files.remove(path),
    isBesideState: async () => {
      const [here, there] = await Promise.all([files.info(stateDir), files.info(directory)]);
      return here?.device !== undefined && here.device === there?.device;
    },
    state: () => listState(files, stateDir),
    readState: (file) => readStateFile(files, stateDir, file),
    takeSnapshot: parts.takeSnapshot,
    pending: () => readMarker(parts),
    lookAt: (path, manifest) => lookAt(parts, path, manifest),
    isNothing: ({ plan }) => isNothing(plan),
    restore: (path, manifest, report) => alone(parts, () => restoreState(parts, path, manifest, report)),
    settle: (marker) => alone(parts, () => settleRestore(parts, marker)),
    refuseFilled: (target) => refuseFilled(files, target),
    layOut: (path, manifest, wanted, target) => layOut(parts, path, manifest, wanted, target),
  };
}

function inside(directory: string): Fault {
  return new Fault('backup directory invalid', `Cannot keep backups in "${directory}": it is in the state directory`, {
    exit: EXIT.config,
    hint: 'set backup.dir or MDOPS_BACKUP_DIR to a place on another disk',
  });
}

function notWritten(path: string, error: unknown): Fault {
  const { reason, hint } = describeFileTrouble(error);
  return new Fault('backup not written', `Cannot write the backup "${path}": ${reason}`, {
    exit: EXIT.stateNotWritten,
    hint: `${hint}, or give --dir; earlier backups are as they were`,
    cause: error,
  });
}

async function list(files: Files, directory: string): Promise<BackupFile[]> {
  const found: BackupFile[] = [];
  for (const name of await files.list(directory)) {
    const path = `${directory}/${name}`;
    const info = NAME.test(name) ? await files.info(path) : null;
    if (info?.kind === 'file') found.push({ name, path, size: info.size, modifiedMs: info.modifiedMs });
  }
  return found.sort((a, b) => b.modifiedMs - a.modifiedMs || (a.name < b.name ? 1 : -1));
}

/** Two restores at once would move each other's files. */
async function alone<T>({ locks, stateDir, who }: BackupsParts, work: () => Promise<T>): Promise<T> {
  const lock = await locks.acquire(`mdops-restore:${stateDir.slice(-90)}`, who);
  if (!lock.held) {
    throw new Fault('target busy', 'Cannot restore: another restore of this state directory is going on', {
      exit: EXIT.busy,
      retryable: true,
      hint: lock.holder === null ? 'look for its process' : `wait for it: pid ${lock.holder.pid}`,
    });
  }
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function refuseFilled(files: Files, target: string): Promise<void> {
  if ((await files.list(target)).length === 0) return;
  throw new Fault('usage', `Cannot write into "${target}": there is something in it`, {
    exit: EXIT.usage,
    hint: 'give --out a directory that does not exist yet',
  });
}

async function layOut(
  parts: BackupsParts,
  path: string,
  manifest: Manifest,
  wanted: readonly Part[],
  target: string,
): Promise<number> {
  const { files } = parts;
  await refuseFilled(files, target);
  let count = 0;
  const isWanted = (file: { readonly path: string }): boolean => wanted.includes(splitPath(file.path)?.part ?? 'state');
  const placeOf = async ({ path: name }: ManifestFile): Promise<string> => {
    const to = `${target}/${name}`;
    await files.makeDirectory(dirname(to));
    count += 1;
    return to;
  };
  const write = async (file: ManifestFile, content: Uint8Array): Promise<void> => {
    await files.replace(await placeOf(file), content, { mode: file.mode });
  };
  const stream = (file: ManifestFile): ((piece: Uint8Array) => Promise<void>) | null => {
    if (file.size < LARGE) return null;
    let out: Promise<AppendFile> | null = null;
    let left = file.size;
    return async (piece) => {
      out ??= placeOf(file).then((to) => files.openAppend(to, { exclusive: true }));
      left -= piece.length;
      await (await out).append(piece, { durable: left === 0 });
      if (left === 0) await (await out).close();
    };
  };
  await readContents(parts, path, manifest, isWanted, write, stream);
  return count;
}
