// Looking at runs: newest first, one in full, the chain that ties them together.

import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import { describeError, Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { readJournal } from '../journal/read-journal.ts';
import type { JournalRecord } from '../journal/record.ts';
import { type RemovedRuns, readRemovedRuns } from './removed-runs.ts';
import { parseRunFile, type RunFile, streamFolder } from './run-files.ts';
import { runLockName } from './run-locks.ts';
import type { RunIdentity, RunsEffects } from './run-types.ts';
import { endRun, findRun, listStream, listStreams, notFound, readIfThere, TERMINAL } from './runs.ts';

export type RunState = 'running' | 'ended' | 'died' | 'elsewhere' | 'damaged';

export interface RunRow {
  readonly id: string;
  readonly stream: string;
  readonly command: string;
  readonly verb: string | null;
  readonly environment: string;
  readonly operator: string;
  readonly host: string;
  readonly startedAt: string;
  readonly durationMs: number | null;
  readonly state: RunState;
  readonly exitCode: ExitCode | null;
  readonly outcome: string | null;
  readonly summary: string | null;
}

export interface WholeRun {
  readonly row: RunRow;
  readonly identity: JsonObject;
  readonly records: readonly JournalRecord[];
  readonly damage: readonly string[];
}

export interface ChainReport {
  readonly runs: number;
  readonly records: number;
  /** Runs that retention has removed so far. */
  readonly removed: number;
  /** One sentence each, with the run's id in it. */
  readonly findings: readonly string[];
}

export interface RunBrowser {
  list(limit: number): Promise<RunRow[]>;
  read(id: string): Promise<WholeRun>;
  /** Closes a run that nobody will finish. Throws when it is running. */
  abandon(id: string, reason: string): Promise<RunRow>;
  /** `onLook` is called with how many runs were looked at. */
  verify(onLook?: (runs: number) => void): Promise<ChainReport>;
}

/** What is asked of runs while they go on. */
export interface RunWatch {
  /** A process of this host is at work on it. */
  isAlive(id: string): Promise<boolean>;
}

export function createRunBrowser(effects: RunsEffects, by: RunIdentity): RunBrowser {
  return {
    list: (limit) => list(effects, by, limit),
    read: (id) => readWhole(effects, by, id),
    abandon: (id, reason) => abandon(effects, by, id, reason),
    verify: (onLook = () => undefined) => verify(effects, onLook),
  };
}

async function list(effects: RunsEffects, by: RunIdentity, limit: number): Promise<RunRow[]> {
  const rows: RunRow[] = [];
  for (const stream of await listStreams(effects.files, effects.directory)) {
    const files = await listStream(effects.files, effects.directory, stream);
    for (const file of files.slice(-limit)) {
      const path = `${streamFolder(effects.directory, stream)}/${file.name}`;
      const run = await readFile(effects, by, { ...file, path });
      if (run !== null) rows.push(run.row);
    }
  }
  return rows.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1)).slice(0, limit);
}

async function readWhole(effects: RunsEffects, by: RunIdentity, id: string): Promise<WholeRun> {
  // Between the two its name may change, because it ends: then it is found under the new one.
  const read = async (): Promise<WholeRun | null> => readFile(effects, by, await findRun(effects, id));
  const run = (await read()) ?? (await read());
  if (run === null) throw notFound(id, 'it was just removed');
  return run;
}

/** Null when the file has gone since it was listed: its run has ended, or was pruned. */
async function readFile(
  effects: RunsEffects,
  by: RunIdentity,
  file: RunFile & { path: string },
): Promise<WholeRun | null> {
  const bytes = await readIfThere(effects.files, file.path);
  if (bytes === null) return null;
  const { records, damage } = readJournal(bytes);
  const identity = records[0]?.body ?? {};
  const terminal = records.findLast(({ kind }) => kind === TERMINAL);
  const isHere = identity['host'] === by.host && identity['namespace'] === by.namespace;
  const isRunning = file.isOpen && (await effects.locks.isHeld(runLockName(effects.directory, file.runId)));
  const unfinished: RunState = isRunning ? 'running' : isHere ? 'died' : 'elsewhere';
  const state: RunState = damage.length > 0 ? 'damaged' : terminal !== undefined ? 'ended' : unfinished;
  const text = (key: string): string => String(identity[key] ?? '');
  const row: RunRow = {
    id: file.runId,
    stream: file.stream,
    command: text('command'),
    verb: typeof identity['verb'] === 'string' ? identity['verb'] : null,
    environment: text('environment'),
    operator: text('operator'),
    host: text('host'),
    startedAt: records[0]?.at ?? '',
    durationMs: numberOf(terminal?.body['duration_ms']),
    state,
    exitCode: numberOf(terminal?.body['exit_code']),
    outcome: terminal === undefined ? null : String(terminal.body['outcome']),
    summary: terminal === undefined ? null : String(terminal.body['summary'] ?? ''),
  };
  return { row, identity, records, damage };
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

// As long as the summary of a run that ends by itself.
const LONGEST_REASON = 2_000;

async function abandon(effects: RunsEffects, by: RunIdentity, id: string, reason: string): Promise<RunRow> {
  const file = await findRun(effects, id);
  if (!file.isOpen) return (await readWhole(effects, by, file.runId)).row;
  const lock = await effects.locks.acquire(runLockName(effects.directory, file.runId), by);
  if (!lock.held) {
    throw new Fault('run is running', `Cannot abandon run ${file.runId}: it is running`, {
      exit: EXIT.busy,
      hint: `end its process (pid ${lock.holder?.pid ?? 'unknown'}) first`,
    });
  }
  try {
    const content = readJournal(await effects.files.readBytes(file.path));
    await endRun(effects, file.path, content, {
      outcome: 'abandoned',
      exit_code: null,
      closed_by: by.run_id,
      operator: by.operator,
      summary: reason.slice(0, LONGEST_REASON),
    });
  } finally {
    await lock.release();
  }
  return (await readWhole(effects, by, file.runId)).row;
}

/** Every record's checksum and chain, and the chain from run to run, across those that retention removed. */
async function verify(effects: RunsEffects, onLook: (runs: number) => void): Promise<ChainReport> {
  const findings: string[] = [];
  const counts = { runs: 0, records: 0, removed: 0 };
  for (const stream of await listStreams(effects.files, effects.directory)) {
    const found = await verifyStream(effects, stream, (runs) => onLook(counts.runs + runs));
    counts.runs += found.runs;
    counts.records += found.records;
    counts.removed += found.removed;
    findings.push(...found.findings);
  }
  return { ...counts, findings };
}

async function verifyStream(
  effects: RunsEffects,
  stream: string,
  onLook: (runs: number) => void,
): Promise<ChainReport> {
  const { files, directory } = effects;
  const findings: string[] = [];
  const hashes = new Map<string, ReadonlySet<string>>();
  const firsts: [string, JournalRecord][] = [];
  let records = 0;
  for (const file of await listStream(files, directory, stream)) {
    const bytes = await readIfThere(files, `${streamFolder(directory, stream)}/${file.name}`);
    // It ended or was pruned in this moment: the next look sees it.
    if (bytes === null) continue;
    const content = readJournal(bytes);
    const [first] = content.records;
    records += content.records.length;
    hashes.set(file.runId, new Set(content.records.map(({ hash }) => hash)));
    onLook(hashes.size);
    if (first !== undefined) firsts.push([file.runId, first]);
    for (const damage of content.damage) findings.push(`run ${file.runId}: ${damage}`);
    const terminals = content.records.filter(({ kind }) => kind === TERMINAL).length;
    if (!file.isOpen && content.damage.length === 0 && terminals !== 1) {
      findings.push(`run ${file.runId}: has ${terminals} terminal records, wanted one`);
    }
  }
  // After the files: what was pruned meanwhile is in it.
  const removed = await readRemoved(effects, stream, findings);
  const leaving = new Set((removed?.leaving ?? []).map((name) => parseRunFile(stream, name)?.runId));
  const links = new Map((removed?.links ?? []).map(({ run, hash }) => [run, new Set([hash])]));
  for (const [runId, first] of firsts) {
    // Retention had looked at it before it took away what it follows; a kill let it stay.
    if (!leaving.has(runId)) findings.push(...checkLink(runId, first, hashes, links));
  }
  return { runs: hashes.size, records, removed: removed?.runs ?? 0, findings };
}

async function readRemoved(
  { files, directory }: RunsEffects,
  stream: string,
  findings: string[],
): Promise<RemovedRuns | null> {
  try {
    return await readRemovedRuns(files, directory, stream);
  } catch (error) {
    findings.push(describeError(error));
    return null;
  }
}

function checkLink(
  runId: string,
  first: JournalRecord,
  hashes: ReadonlyMap<string, ReadonlySet<string>>,
  removed: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const { after } = first.body;
  if (typeof after !== 'string') return [];
  const before = hashes.get(after) ?? removed.get(after);
  if (before === undefined) return [`run ${runId}: the run before it, ${after}, is missing`];
  return first.prev === '' || before.has(first.prev)
    ? []
    : [`run ${runId}: does not follow run ${after}; one of them was changed`];
}
