// Writes a run's journal: one durable line per record. After one failed write it refuses every later one.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { describeFileTrouble } from '../../base/file-trouble.ts';
import { isoInstant } from '../../base/iso-instant.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Clock } from '../../effects/clock.ts';
import type { AppendFile } from '../../effects/files.ts';
import { encodeRecord } from './record.ts';

/** A record is read back as a whole and torn appends grow with size (200 kB tore in 3 of 40 kills). */
const LONGEST_RECORD_BYTES = 65_536;
/** A record that may follow later is durable after this long, should no other one take it along before. */
const LATEST_MS = 50;

export interface Journal {
  /** Resolves when the record is durable. Throws `journal write failed` (exit 74), for ever after the first failure. */
  append(kind: string, body: JsonObject): Promise<void>;
  /**
   * Resolves when the record is written, which the end of this process does not undo. It is durable with the next record
   * that is appended, 50 ms later or with `close`, whatever comes first; until then a power cut may take it.
   */
  appendSoon(kind: string, body: JsonObject): Promise<void>;
  readonly isDegraded: boolean;
  /** What was written is durable by then. */
  close(): Promise<void>;
}

export interface JournalStart {
  readonly file: AppendFile;
  readonly path: string;
  readonly clock: Clock;
  /** Hash that the first record is chained to: the last record of the run before, or of the records already in the file. */
  readonly prev: string;
  readonly nextSeq: number;
}

export function createJournal({ file, path, clock, prev, nextSeq }: JournalStart): Journal {
  let seq = nextSeq;
  let last: { readonly hash: string } = { hash: prev };
  let failure: Fault | null = null;
  let before: Promise<unknown> = Promise.resolve();
  let isWaiting = false;
  let watch: AbortController | null = null;

  /** Steps may run side by side; each record is chained to the one before it. */
  function inTurn(act: () => Promise<void>): Promise<void> {
    const done = before.then(act);
    before = done.catch(() => undefined);
    return done;
  }

  async function put(text: string, durable: boolean): Promise<void> {
    if (failure !== null) throw failure;
    try {
      await file.append(text, { durable });
    } catch (error) {
      failure = journalFault(path, error);
      throw failure;
    }
    isWaiting = !durable;
  }

  async function write(kind: string, body: JsonObject, durable: boolean): Promise<void> {
    if (failure !== null) throw failure;
    const at = isoInstant(clock.wallMs());
    const record = encodeRecord({ seq, kind, at, body, prev: last.hash });
    const { length } = record.line;
    if (length > LONGEST_RECORD_BYTES) {
      throw new Fault('journal record too large', `Cannot journal a ${kind} record of ${length} characters`, {
        exit: EXIT.bug,
      });
    }
    const written = put(`${record.line}\n`, durable);
    // The first one's hash is made now, while the disk is at work off this thread; the last one's is not needed.
    last = seq === 0 ? { hash: record.hash } : record;
    await written;
    seq += 1;
    if (!durable && watch === null) void syncLater();
  }

  const syncWaiting = async (): Promise<void> => {
    if (isWaiting && failure === null) await put('', true);
  };

  /** One that fails here is told by the next record. */
  async function syncLater(): Promise<void> {
    watch = new AbortController();
    const isOver = await clock.sleep(LATEST_MS, watch.signal).then(
      () => true,
      () => false,
    );
    watch = null;
    if (isOver) await inTurn(syncWaiting).catch(() => undefined);
  }

  return {
    get isDegraded() {
      return failure !== null;
    },
    append: (kind, body) => inTurn(() => write(kind, body, true)),
    appendSoon: (kind, body) => inTurn(() => write(kind, body, false)),
    close: async () => {
      watch?.abort();
      await inTurn(syncWaiting).finally(() => file.close());
    },
  };
}

export function journalFault(path: string, error: unknown): Fault {
  const { reason, hint } = describeFileTrouble(error);
  return new Fault('journal write failed', `Cannot write the journal "${path}": ${reason}`, {
    exit: EXIT.stateNotWritten,
    hint: `${hint}; nothing is changed while runs cannot be recorded`,
    cause: error,
  });
}
