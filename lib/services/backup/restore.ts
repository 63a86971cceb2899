// One restore from looking to done: what would change, the marker, no live run, staging, moves, the record of it.

import { EXIT } from '../../base/exit-codes.ts';
import { describeError, Fault, systemCode } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { type Manifest, type ManifestFile, splitPath } from '../../domain/backup/manifest.ts';
import { type Judged, planRestore, type RestorePlan } from '../../domain/backup/plan-restore.ts';
import { GOVERNOR } from '../../domain/backup/state-layout.ts';
import { readGlobal } from '../governor/records.ts';
import { runLockName } from '../runs/run-locks.ts';
import { listStream, listStreams } from '../runs/runs.ts';
import { parseDocument } from '../state/documents.ts';
import type { BackupsParts } from './backups-parts.ts';
import { judgeFile } from './judge-file.ts';
import { readContents, verifyArchive } from './read-archive.ts';
import {
  automationOff,
  closeRestore,
  dropMarker,
  finishMoves,
  mergeAccounts,
  type RestoreMarker,
  type Staged,
  type StagedContent,
  stage,
  undoStaging,
  writeMarker,
} from './restore-state.ts';
import { listState, readStateFile } from './state-files.ts';

export interface RestoreView {
  readonly plan: RestorePlan;
  /** The current state came after the backup: its journal knows the run that made it. */
  readonly isSameLine: boolean;
  readonly damaged: readonly string[];
}

const GLOBAL = `${GOVERNOR}/global.json`;

/** Reads both sides; changes nothing. */
export async function lookAt(parts: BackupsParts, archive: string, manifest: Manifest): Promise<RestoreView> {
  const archived: Judged[] = [];
  await readContents(parts, archive, manifest, isState, async (file, content) => {
    archived.push(judgeFile(restOf(file), content));
  });
  const current: Judged[] = [];
  for (const file of (await listState(parts.files, parts.stateDir)).files) {
    const read = await readStateFile(parts.files, parts.stateDir, file);
    if (read !== null) current.push(judgeFile(read.path, read.content));
  }
  const isSameLine = current.some(({ path, isWhole }) => {
    return isWhole && path.startsWith('journal/') && path.includes(`-${manifest.run_id}.ndjson`);
  });
  const damaged = current.filter(({ isWhole }) => !isWhole).map(({ path }) => path);
  return { plan: planRestore({ archived, current, isSameLine }), isSameLine, damaged };
}

export function isNothing({ put, merge, renumber }: RestorePlan): boolean {
  return put.length + merge.length + renumber.length === 0;
}

/** Throws `restore refused: runs are live` (75) with nothing touched. */
export async function restoreState(
  parts: BackupsParts,
  archive: string,
  manifest: Manifest,
  report: (view: RestoreView) => JsonObject,
): Promise<RestoreView> {
  const { who, clock } = parts;
  const first: RestoreMarker = {
    schema: 'mdops.restore/1',
    id: who.run_id,
    archive,
    phase: 'staging',
    by: who.operator,
    at: new Date(clock.wallMs()).toISOString(),
    report: {},
    puts: [],
    asides: [],
    moves: [],
  };
  // Runs look for the marker once their own file is there: whoever began before it is seen below, whoever began after it
  // sees it.
  await writeMarker(parts, first);
  try {
    await refuseLiveRuns(parts);
  } catch (error) {
    await dropMarker(parts);
    throw error;
  }
  const { view, puts } = await prepare(parts, archive, manifest);
  const staged = new Set(puts.map(({ path }) => path));
  const marker: RestoreMarker = {
    ...first,
    phase: 'moving',
    report: report(view),
    puts,
    asides: view.plan.aside.filter((path) => !staged.has(path)),
    moves: view.plan.renumber,
  };
  await writeMarker(parts, marker);
  await finishMoves(parts, marker, (paths) => readAgain(parts, archive, manifest, paths));
  await closeRestore(parts, marker, marker.report);
  return view;
}

/** What a killed restore left: finished when it had begun to move, undone when it had not. */
export async function settleRestore(parts: BackupsParts, marker: RestoreMarker): Promise<'finished' | 'undone'> {
  if (marker.phase === 'staging') {
    await undoStaging(parts);
    return 'undone';
  }
  await refuseLiveRuns(parts);
  await finishMoves(parts, marker, async (paths) => {
    // Without the archive the check that follows says what is missing.
    const manifest = await verifyArchive(parts, marker.archive).then(
      (verified) => verified.manifest,
      () => null,
    );
    return manifest === null ? [] : readAgain(parts, marker.archive, manifest, paths);
  });
  await closeRestore(parts, marker, marker.report);
  return 'finished';
}

/** Whatever goes wrong until here has touched nothing: a full disk leaves no marker behind. */
async function prepare(
  parts: BackupsParts,
  archive: string,
  manifest: Manifest,
): Promise<{ readonly view: RestoreView; readonly puts: Staged[] }> {
  try {
    const view = await lookAt(parts, archive, manifest);
    return { view, puts: await stageAll(parts, archive, manifest, view) };
  } catch (error) {
    await undoStaging(parts);
    throw new Fault('restore not staged', `Cannot restore, nothing was touched: ${describeError(error)}`, {
      exit: EXIT.stateNotWritten,
      hint: 'free or repair the disk of the state directory, then run it again',
      cause: error,
    });
  }
}

async function readAgain(
  parts: BackupsParts,
  archive: string,
  manifest: Manifest,
  paths: ReadonlySet<string>,
): Promise<StagedContent[]> {
  const found: StagedContent[] = [];
  const wants = (file: ManifestFile): boolean => isState(file) && paths.has(restOf(file));
  await readContents(parts, archive, manifest, wants, async (file, content) => {
    found.push({ path: restOf(file), mode: file.mode, content });
  });
  return found;
}

async function stageAll(
  parts: BackupsParts,
  archive: string,
  manifest: Manifest,
  { plan, isSameLine }: RestoreView,
): Promise<Staged[]> {
  const { files, stateDir } = parts;
  const put = new Set(plan.put);
  const merge = new Set(plan.merge);
  const staged: Staged[] = [];
  const wants = (file: ManifestFile): boolean => isState(file) && (put.has(restOf(file)) || merge.has(restOf(file)));
  await readContents(parts, archive, manifest, wants, async (file, content) => {
    const path = restOf(file);
    if (put.has(path)) {
      staged.push(await stage(parts, { path, mode: file.mode, content }, true));
      return;
    }
    const now = await files.readBytes(`${stateDir}/${path}`);
    const merged = mergeAccounts(content, now);
    if (!Buffer.from(now).equals(merged))
      staged.push(await stage(parts, { path, mode: file.mode, content: merged }, false));
  });
  if (isSameLine || (await isSwitchedOff(parts))) return staged;
  const { path, content } = automationOff(reasonOf(manifest), parts.who.operator, momentOf(parts));
  const others = staged.filter((one) => one.path !== path);
  return [...others, await stage(parts, { path, mode: 0o600, content }, false)];
}

function reasonOf({ created_at }: Manifest): string {
  return `restored from a backup of ${created_at}; what automation did since then is not known`;
}

function momentOf({ clock }: BackupsParts) {
  return { bootId: clock.bootId(), monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
}

/** By the order that is in force now: one in the archive is older. */
async function isSwitchedOff({ files, stateDir }: BackupsParts): Promise<boolean> {
  const text = await files.readText(`${stateDir}/${GLOBAL}`).catch(() => '');
  const parsed = parseDocument(text);
  try {
    return parsed.ok && readGlobal(parsed.data)?.isOff === true;
  } catch {
    return false;
  }
}

async function refuseLiveRuns({ files, locks, stateDir, who }: BackupsParts): Promise<void> {
  const directory = `${stateDir}/journal`;
  for (const stream of await listStreams(files, directory).catch(noDirectory)) {
    for (const file of await listStream(files, directory, stream).catch(noDirectory)) {
      if (!file.isOpen) continue;
      const attempt = await locks.acquire(runLockName(directory, file.runId), who);
      if (attempt.held) {
        await attempt.release();
        continue;
      }
      const holder = attempt.holder === null ? '' : ` of ${attempt.holder.command}, pid ${attempt.holder.pid}`;
      throw new Fault('restore refused: runs are live', `Cannot restore: run ${file.runId}${holder} is going on`, {
        exit: EXIT.busy,
        retryable: true,
        hint: 'wait for it, or end it; then run this again',
      });
    }
  }
}

/** A file in its place holds no run. Any other failure is no proof that nobody runs. */
function noDirectory(error: unknown): [] {
  if (systemCode(error) === 'ENOTDIR') return [];
  throw error;
}

function isState({ path }: ManifestFile): boolean {
  return splitPath(path)?.part === 'state';
}

function restOf({ path }: ManifestFile): string {
  return splitPath(path)?.rest ?? '';
}
