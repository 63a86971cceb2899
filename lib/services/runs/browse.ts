// Looking at runs: newest first, one in full, the chain that ties them together.

import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { readJournal } from '../journal/read-journal.ts';
import type { JournalRecord } from '../journal/record.ts';
import { type RunFile, streamFolder } from './run-files.ts';
import { runLockName } from './run-locks.ts';
import type { RunIdentity, RunsEffects } from './run-types.ts';
import { endRun, findRun, listStream, listStreams, TERMINAL } from './runs.ts';

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
  /** One sentence each, with the run's id in it. */
  readonly findings: readonly string[];
}

export interface RunBrowser {
  list(limit: number): Promise<RunRow[]>;
  read(id: string): Promise<WholeRun>;
  /** Closes a run that nobody will finish. Throws when it is running. */
  abandon(id: string, reason: string): Promise<RunRow>;
  verify(): Promise<ChainReport>;
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
    verify: () => verify(effects),
  };
}

async function list(effects: RunsEffects, by: RunIdentity, limit: number): Promise<RunRow[]> {
  const rows: RunRow[] = [];
  for (const stream of await listStreams(effects.files, effects.directory)) {
    const files = await listStream(effects.files, effects.directory, stream);
    for (const file of files.slice(-limit)) {
      const path = `${streamFolder(effects.directory, stream)}/${file.name}`;
      rows.push((await readFile(effects, by, { ...file, path })).row);
    }
  }
  return rows.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1)).slice(0, limit);
}

async function readWhole(effects: RunsEffects, by: RunIdentity, id: string): Promise<WholeRun> {
  return readFile(effects, by, await findRun(effects, id));
}

async function readFile(effects: RunsEffects, by: RunIdentity, file: RunFile & { path: string }): Promise<WholeRun> {
  const { records, damage } = readJournal(await effects.files.readBytes(file.path));
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
      summary: reason,
    });
  } finally {
    await lock.release();
  }
  return (await readWhole(effects, by, file.runId)).row;
}

/** Every record's checksum and chain, and the chain from run to run. */
async function verify(effects: RunsEffects): Promise<ChainReport> {
  const findings: string[] = [];
  let runs = 0;
  let records = 0;
  for (const stream of await listStreams(effects.files, effects.directory)) {
    const hashes = new Map<string, ReadonlySet<string>>();
    for (const file of await listStream(effects.files, effects.directory, stream)) {
      const content = readJournal(
        await effects.files.readBytes(`${streamFolder(effects.directory, stream)}/${file.name}`),
      );
      runs += 1;
      records += content.records.length;
      hashes.set(file.runId, new Set(content.records.map(({ hash }) => hash)));
      for (const damage of content.damage) findings.push(`run ${file.runId}: ${damage}`);
      const terminals = content.records.filter(({ kind }) => kind === TERMINAL).length;
      if (!file.isOpen && content.damage.length === 0 && terminals !== 1) {
        findings.push(`run ${file.runId}: has ${terminals} terminal records, wanted one`);
      }
      findings.push(...checkLink(file.runId, content.records[0], hashes));
    }
  }
  return { runs, records, findings };
}

function checkLink(
  runId: string,
  first: JournalRecord | undefined,
  hashes: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const after = first?.body['after'];
  if (first === undefined || typeof after !== 'string') return [];
  const before = hashes.get(after);
  if (before === undefined) return [`run ${runId}: the run before it, ${after}, is missing`];
  return first.prev === '' || before.has(first.prev)
    ? []
    : [`run ${runId}: does not follow run ${after}; one of them was changed`];
}
