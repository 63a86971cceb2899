// Writes a run's journal: one durable line per record. After one failed write it refuses every later one.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { describeFileTrouble } from '../../base/file-trouble.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Clock } from '../../effects/clock.ts';
import type { AppendFile } from '../../effects/files.ts';
import { encodeRecord } from './record.ts';

/** A record is read back as a whole and torn appends grow with size (200 kB tore in 3 of 40 kills). */
const LONGEST_RECORD_BYTES = 65_536;

export interface Journal {
  /** Resolves when the record is durable. Throws `journal write failed` (exit 74), for ever after the first failure. */
  append(kind: string, body: JsonObject): Promise<void>;
  readonly lastHash: string;
  readonly isDegraded: boolean;
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
  let lastHash = prev;
  let failure: Fault | null = null;
  let before: Promise<unknown> = Promise.resolve();

  async function write(kind: string, body: JsonObject): Promise<void> {
    if (failure !== null) throw failure;
    const { line, hash } = encodeRecord({
      seq,
      kind,
      at: new Date(clock.wallMs()).toISOString(),
      body,
      prev: lastHash,
    });
    if (line.length > LONGEST_RECORD_BYTES) {
      throw new Fault('journal record too large', `Cannot journal a ${kind} record of ${line.length} characters`, {
        exit: EXIT.bug,
      });
    }
    try {
      await file.append(`${line}\n`);
    } catch (error) {
      failure = journalFault(path, error);
      throw failure;
    }
    seq += 1;
    lastHash = hash;
  }
  return {
    get lastHash() {
      return lastHash;
    },
    get isDegraded() {
      return failure !== null;
    },
    // Steps may run side by side; each record is chained to the one before it.
    append: (kind, body) => {
      const written = before.then(() => write(kind, body));
      before = written.catch(() => undefined);
      return written;
    },
    close: () => file.close(),
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
