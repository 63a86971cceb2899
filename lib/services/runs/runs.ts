// Runs on disk: begins them, closes those that died, finds and reads the rest.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault, systemCode } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { RESTORE_MARKER } from '../../domain/backup/restore-marker.ts';
import type { Files } from '../../effects/files.ts';
import { createJournal, type Journal, journalFault } from '../journal/journal.ts';
import { type JournalContent, readJournal, readLastHash } from '../journal/read-journal.ts';
import { wordOfFile } from '../state/documents.ts';
import { closedName, openName, parseRunFile, type RunFile, streamFolder } from './run-files.ts';
import { acquireTarget, runLockName } from './run-locks.ts';
import type { RunIdentity, RunsEffects } from './run-types.ts';

/** A run that died without a terminal record and was closed by a later start. */
export interface RecoveredRun {
  readonly identity: JsonObject;
  readonly content: JournalContent;
}

export interface OpenRun {
  readonly journal: Journal;
  readonly path: string;
  readonly recovered: readonly RecoveredRun[];
  /** Resolves when the first record is durable: nothing may be done before. Throws `journal write failed` (74). */
  readonly begun: Promise<void>;
  /** Writes the terminal record, closes the file and gives the locks back. */
  finish(body: JsonObject): Promise<void>;
}

export const TERMINAL = 'run_finished';

/** Throws `target busy` (75) naming the holder, or `journal write failed` (74). Its first record is still on its way. */
export async function beginRun(effects: RunsEffects, identity: RunIdentity): Promise<OpenRun> {
  const releases: (() => Promise<void>)[] = [];
  const release = async (): Promise<void> => {
    for (const undo of releases.splice(0).reverse()) await undo();
  };
  try {
    const stream = identity.target ?? identity.command;
    if (identity.exclusive && identity.target !== null) {
      releases.push(await acquireTarget(effects, identity, () => readOpenRun(effects, stream)));
    }
    const own = await effects.locks.acquire(runLockName(effects.directory, identity.run_id), identity);
    if (own.held) releases.push(own.release);
    const { recovered, newest } = await recoverStream(effects, stream, identity);
    const { journal, path, begun } = await createRunFile(effects, stream, identity, newest);
    releases.push(() => journal.close());
    const durable = begun.catch(async (error: unknown) => {
      await release();
      throw error;
    });
    // Told to whoever waits for it; nobody may have come to that yet.
    durable.catch(() => undefined);
    return {
      journal,
      path,
      recovered,
      begun: durable,
      finish: async (body) => {
        try {
          await journal.append(TERMINAL, body);
          await markEnded(effects.files, path);
        } finally {
          await release();
        }
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** The identity of the newest run that has not ended. */
async function readOpenRun({ files, directory }: RunsEffects, stream: string): Promise<JsonObject | null> {
  const open = (await listStream(files, directory, stream)).findLast(({ isOpen }) => isOpen);
  if (open === undefined) return null;
  const bytes = await readIfThere(files, `${streamFolder(directory, stream)}/${open.name}`);
  return bytes === null ? null : (readJournal(bytes).records[0]?.body ?? null);
}

async function createRunFile(
  effects: RunsEffects,
  stream: string,
  identity: RunIdentity,
  before: RunFile | undefined,
): Promise<{ journal: Journal; path: string; begun: Promise<void> }> {
  const { files, clock, directory } = effects;
  const folder = streamFolder(directory, stream);
  const path = `${folder}/${openName((before?.order ?? 0) + 1, identity.run_id)}`;
  const prev = before === undefined ? '' : await lastHashOf(files, `${folder}/${before.name}`);
  try {
    const file = await files.openAppend(path, { exclusive: true, durable: true });
    // After its own file is there: a restore looks for that once its marker is, so one of the two sees the other.
    if ((await files.info(`${directory}/../${RESTORE_MARKER}`)) !== null) {
      await file.close();
      await files.remove(path);
      throw restoring();
    }
    const journal = createJournal({ file, path, clock, prev, nextSeq: 0 });
    return { journal, path, begun: journal.append('run_started', { ...identity, after: before?.runId ?? null }) };
  } catch (error) {
    throw error instanceof Fault ? error : journalFault(path, error);
  }
}

function restoring(): Fault {
  return new Fault('restore going on', 'Cannot begin: the state directory is being restored', {
    exit: EXIT.busy,
    retryable: true,
    hint: 'wait for it; after a kill, mdops backup restore finishes it',
  });
}

async function lastHashOf(files: Files, path: string): Promise<string> {
  try {
    return readLastHash(await files.readBytes(path));
  } catch {
    // Another run may just have ended and been renamed; `runs verify` reports a link that is missing.
    return '';
  }
}

export interface RecoveredStream {
  readonly recovered: readonly RecoveredRun[];
  readonly newest: RunFile | undefined;
}

/** Gives every dead run of the stream its one terminal record. Runs of other hosts are left alone. */
export async function recoverStream(
  effects: RunsEffects,
  stream: string,
  by: Pick<RunIdentity, 'run_id' | 'host' | 'namespace' | 'command' | 'operator' | 'pid'>,
): Promise<RecoveredStream> {
  const { files, directory } = effects;
  try {
    await files.makeDirectory(streamFolder(directory, stream));
  } catch (error) {
    throw journalFault(streamFolder(directory, stream), error);
  }
  const recovered: RecoveredRun[] = [];
  const before = await listStream(files, directory, stream);
  const open = before.filter(({ isOpen }) => isOpen);
  for (const file of open) {
    const lock = await effects.locks.acquire(runLockName(directory, file.runId), by);
    if (!lock.held) continue;
    try {
      const run = await closeDeadRun(effects, stream, file, by);
      if (run !== null) recovered.push(run);
    } finally {
      await lock.release();
    }
  }
  // Closing changes names, and a file without a whole record goes.
  const after = open.length === 0 ? before : await listStream(files, directory, stream);
  return { recovered, newest: after.at(-1) };
}

async function closeDeadRun(
  effects: RunsEffects,
  stream: string,
  file: RunFile,
  by: Pick<RunIdentity, 'run_id' | 'host' | 'namespace'>,
): Promise<RecoveredRun | null> {
  const path = `${streamFolder(effects.directory, stream)}/${file.name}`;
  const bytes = await readIfThere(effects.files, path);
  // Another start was quicker to close it.
  if (bytes === null) return null;
  const content = readJournal(bytes);
  const identity = content.records[0]?.body;
  if (identity === undefined) {
    // Nothing was acknowledged: the run died before it began. A damaged first record stays as evidence.
    if (content.damage.length === 0) await forget(effects.files, path);
    else await markEnded(effects.files, path);
    return null;
  }
  if (identity['host'] !== by.host || identity['namespace'] !== by.namespace) return null;
  return endRun(effects, path, content, { outcome: 'interrupted', exit_code: null, closed_by: by.run_id });
}

export async function readIfThere(files: Files, path: string): Promise<Uint8Array | null> {
  if ((await files.info(path)) === null) return null;
  return files.readBytes(path).catch((error: unknown) => {
    // Its run has ended, or was pruned, since it was looked at.
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  });
}

/** Cuts a torn tail, adds the terminal record unless there is one, and marks the file as ended. */
export async function endRun(
  effects: RunsEffects,
  path: string,
  content: JournalContent,
  body: JsonObject,
): Promise<RecoveredRun> {
  const { files } = effects;
  const identity = content.records[0]?.body ?? {};
  if (content.damage.length === 0) {
    try {
      await appendEnd(effects, path, content, body);
    } catch (error) {
      throw error instanceof Fault ? error : journalFault(path, error);
    }
  }
  await markEnded(files, path);
  return { identity, content };
}

async function appendEnd(
  { files, clock }: RunsEffects,
  path: string,
  content: JournalContent,
  body: JsonObject,
): Promise<void> {
  const file = await files.openAppend(path);
  try {
    if (content.tornBytes > 0) await file.truncate(content.wholeBytes);
    if (content.missingLineEnd) await file.append('\n');
    if (content.records.at(-1)?.kind === TERMINAL) {
      // Read is not durable: its writer may have died between writing it and syncing it.
      await file.append('');
      return;
    }
    const prev = content.records.at(-1)?.hash ?? '';
    await createJournal({ file, path, clock, prev, nextSeq: content.records.length }).append(TERMINAL, body);
  } finally {
    await file.close();
  }
}

async function forget(files: Files, path: string): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    throw journalFault(path, error);
  }
}

/** Only spares later starts a look into the file: the terminal record inside is what counts, so no sync. */
async function markEnded(files: Files, path: string): Promise<void> {
  try {
    await files.rename(path, closedName(path), { durable: false });
  } catch (error) {
    throw journalFault(path, error);
  }
}

/** A stream's runs, oldest first. */
export async function listStream(files: Files, directory: string, stream: string): Promise<RunFile[]> {
  const names = await files.list(streamFolder(directory, stream));
  return names.flatMap((name) => parseRunFile(stream, name) ?? []).sort((a, b) => a.order - b.order);
}

/** What somebody else left among the folders is no stream. */
export async function listStreams(files: Files, directory: string): Promise<string[]> {
  const streams: string[] = [];
  for (const name of await files.list(directory)) {
    const stream = wordOfFile(name);
    if (stream !== null && (await files.info(`${directory}/${name}`))?.kind === 'directory') streams.push(stream);
  }
  return streams;
}

/** The run file of an id or of its unambiguous beginning. */
export async function findRun(effects: RunsEffects, id: string): Promise<RunFile & { path: string }> {
  const { files, directory } = effects;
  const found: (RunFile & { path: string })[] = [];
  for (const stream of await listStreams(files, directory)) {
    for (const file of await listStream(files, directory, stream)) {
      const path = `${streamFolder(directory, stream)}/${file.name}`;
      if (file.runId === id) return { ...file, path };
      if (file.runId.startsWith(id)) found.push({ ...file, path });
    }
  }
  const [only, second] = found;
  if (only !== undefined && second === undefined) return only;
  const problem = second === undefined ? 'there is no such run' : `${found.length} runs begin like this`;
  throw notFound(id, problem);
}

export function notFound(id: string, problem: string): Fault {
  return new Fault('run not found', `Cannot find run "${id}": ${problem}`, {
    exit: EXIT.usage,
    hint: 'mdops runs list shows the ids',
  });
}
