// Removes ended runs of a stream, oldest first: looked at before they go, and the chain remembers them.

import { outOfKeeping, type RetentionPolicy, startOfRun } from '../../domain/retention/retention.ts';
import type { Files } from '../../effects/files.ts';
import { readJournal } from '../journal/read-journal.ts';
import { type RemovedLink, type RemovedRuns, readRemovedRuns, writeRemovedRuns } from '../runs/removed-runs.ts';
import { parseRunFile, type RunFile, streamFolder } from '../runs/run-files.ts';
import { listStream, TERMINAL } from '../runs/runs.ts';
import type { WhyNeeded } from './needed.ts';

export interface PruneRunsOrder {
  readonly files: Files;
  /** The journal's. */
  readonly directory: string;
  readonly policy: RetentionPolicy;
  readonly nowMs: number;
  readonly by: string;
  readonly whyNeeded: WhyNeeded;
  readonly isCancelled: () => boolean;
  /** Called with how many runs of the stream were looked at. */
  readonly onLook: (runs: number) => void;
}

export interface PrunedStream {
  readonly stream: string;
  readonly runs: number;
  readonly records: number;
  /** Past their time, and there all the same. */
  readonly kept: readonly { readonly run: string; readonly why: string }[];
}

/** One note of what goes is durable before a batch goes. */
const BATCH = 500;

type Placed = RunFile & { readonly atMs: number };

export async function pruneStream(order: PruneRunsOrder, stream: string): Promise<PrunedStream> {
  const { files, directory, policy, nowMs } = order;
  const before = await readRemovedRuns(files, directory, stream);
  const left = (before?.leaving ?? []).filter((name) => parseRunFile(stream, name) !== null);
  await removeFiles(order, stream, left);
  const all = (await listStream(files, directory, stream)).map((file) => ({ ...file, atMs: startOfRun(file.runId) }));
  // The next run of the stream follows the newest: it stays whatever the policy says.
  const candidates = outOfKeeping(all, { ...policy, least: Math.max(1, policy.least) }, nowMs);
  const read = createReader(order, stream);
  const look = createLook(order, all, before, read);
  const going: Leaving[] = [];
  const kept: { run: string; why: string }[] = [];
  for (const file of candidates) {
    if (order.isCancelled()) break;
    order.onLook(going.length + kept.length);
    const found = await look(file);
    if ('why' in found) kept.push({ run: file.runId, why: found.why });
    else going.push(found);
  }
  const remembered = await removeAll(order, stream, { before, all, going, read });
  return { stream, ...remembered, kept };
}

interface Leaving {
  readonly file: Placed;
  readonly facts: RunFacts;
}

/** What is asked of a journal more than once. */
interface RunFacts {
  readonly what: string;
  readonly after: string | null;
  readonly prev: string;
  readonly hashes: ReadonlySet<string>;
  readonly isWhole: boolean;
}

type ReadFacts = (file: RunFile) => Promise<RunFacts>;

function createReader({ files, directory }: PruneRunsOrder, stream: string): ReadFacts {
  const known = new Map<string, RunFacts>();
  return async (file) => {
    const before = known.get(file.name);
    if (before !== undefined) return before;
    const { records, damage } = readJournal(await files.readBytes(`${streamFolder(directory, stream)}/${file.name}`));
    const [first] = records;
    const { command, verb, environment, after } = first?.body ?? {};
    const facts: RunFacts = {
      what: JSON.stringify([command, verb, environment]),
      after: typeof after === 'string' ? after : null,
      prev: first?.prev ?? '',
      hashes: new Set(records.map(({ hash }) => hash)),
      isWhole: damage.length === 0 && records.filter(({ kind }) => kind === TERMINAL).length === 1,
    };
    known.set(file.name, facts);
    return facts;
  };
}

/** A run that may go, or why it stays. */
function createLook(order: PruneRunsOrder, all: readonly Placed[], before: RemovedRuns | null, read: ReadFacts) {
  const removed = new Map((before?.links ?? []).map((link) => [link.run, link.hash]));
  const places = new Map(all.map(({ name }, place) => [name, place]));
  const byId = new Map(all.map((file) => [file.runId, file]));
  const follows = async ({ after, prev }: RunFacts): Promise<boolean> => {
    if (after === null || prev === '') return true;
    const file = byId.get(after);
    return file === undefined ? removed.get(after) === prev : (await read(file)).hashes.has(prev);
  };
  const isRepeated = async (file: Placed, what: string): Promise<boolean> => {
    for (const later of all.slice((places.get(file.name) ?? 0) + 1)) {
      if ((await read(later)).what === what) return true;
    }
    return false;
  };
  return async (file: Placed): Promise<Leaving | { readonly why: string }> => {
    if (file.isOpen) return { why: 'it has not ended' };
    const needed = order.whyNeeded(file);
    if (needed !== null) return { why: needed };
    const facts = await read(file);
    if (!facts.isWhole || !(await follows(facts))) return { why: 'its journal does not prove whole: evidence' };
    // What could be resumed, and the answer to "when was this last done?".
    if (!(await isRepeated(file, facts.what))) return { why: 'it is the last of its command' };
    return { file, facts };
  };
}

interface Removal {
  readonly before: RemovedRuns | null;
  readonly all: readonly Placed[];
  readonly going: readonly Leaving[];
  readonly read: ReadFacts;
}

async function removeAll(
  order: PruneRunsOrder,
  stream: string,
  { before, all, going, read }: Removal,
): Promise<{ runs: number; records: number }> {
  const { files, directory, by } = order;
  const gone = new Map<string, Placed>();
  let state: RemovedRuns = { runs: 0, records: 0, last: '', links: [], leaving: [], ...before, by };
  for (let at = 0; at < going.length && !order.isCancelled(); at += BATCH) {
    const batch = going.slice(at, at + BATCH);
    for (const { file } of batch) gone.set(file.runId, file);
    const leaving = batch.map(({ file }) => file.name);
    state = {
      runs: state.runs + batch.length,
      records: state.records + batch.reduce((sum, { facts }) => sum + facts.hashes.size, 0),
      last: batch.at(-1)?.file.runId ?? state.last,
      by,
      links: await linksTo(gone, before?.links ?? [], all, read),
      leaving,
    };
    await writeRemovedRuns(files, directory, stream, state);
    await removeFiles(order, stream, leaving);
  }
  if (state.leaving.length > 0) await writeRemovedRuns(files, directory, stream, { ...state, leaving: [] });
  return { runs: state.runs - (before?.runs ?? 0), records: state.records - (before?.records ?? 0) };
}

/** From what stays to what went. A run's number is one above that of the run it follows, so few have to be read. */
async function linksTo(
  gone: ReadonlyMap<string, Placed>,
  old: readonly RemovedLink[],
  all: readonly Placed[],
  read: ReadFacts,
): Promise<RemovedLink[]> {
  const staying = all.filter(({ runId }) => !gone.has(runId));
  const followed = new Set(staying.map((file) => file.order - 1));
  const places = new Set([...gone.values()].map((file) => file.order));
  const links = old.filter((link) => followed.has(link.order));
  for (const file of staying) {
    if (!places.has(file.order - 1)) continue;
    const { after, prev } = await read(file);
    if (after !== null && gone.has(after)) links.push({ run: after, order: file.order - 1, hash: prev });
  }
  return links;
}

async function removeFiles({ files, directory }: PruneRunsOrder, stream: string, names: readonly string[]) {
  for (const name of names) await files.remove(`${streamFolder(directory, stream)}/${name}`);
}
