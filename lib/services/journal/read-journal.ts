// Reads a run's journal file: which records are whole, whether the tail is torn, what is damaged.

import { decodeRecord, type JournalRecord } from './record.ts';

export interface JournalContent {
  readonly records: readonly JournalRecord[];
  /** Bytes of the file that hold whole records; what follows is a torn tail. */
  readonly wholeBytes: number;
  readonly tornBytes: number;
  /** The last record lacks only its line end. */
  readonly missingLineEnd: boolean;
  /** What is wrong with the file beyond a torn tail, one sentence each; reading stops at the first. */
  readonly damage: readonly string[];
}

export function readJournal(bytes: Uint8Array): JournalContent {
  const records: JournalRecord[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(10, at);
    if (end < 0) return readTail(bytes, at, records);
    const problem = addRecord(records, decodeText(bytes.subarray(at, end)));
    if (problem !== null) return content(records, at, 0, false, [problem]);
    at = end + 1;
  }
  return content(records, at, 0, false, []);
}

/** A tail without a line end: a whole record that lost only that, one whose line end was changed, or a torn one. */
function readTail(bytes: Uint8Array, at: number, records: JournalRecord[]): JournalContent {
  const tail = bytes.subarray(at);
  if (addRecord(records, decodeText(tail)) === null) return content(records, bytes.length, 0, true, []);
  const withoutLast = decodeText(tail.subarray(0, -1));
  if (decodeRecord(withoutLast).ok) {
    addRecord(records, withoutLast);
    return content(records, bytes.length - 1, 0, false, [`record ${records.length - 1}: its line end was changed`]);
  }
  return content(records, at, tail.length, false, []);
}

function addRecord(records: JournalRecord[], line: string): string | null {
  const decoded = decodeRecord(line);
  const place = `record ${records.length}`;
  if (!decoded.ok) return `${place}: ${decoded.reason}`;
  const last = records.at(-1);
  if (decoded.record.seq !== records.length) return `${place}: numbered ${decoded.record.seq}; a record is missing`;
  if (last !== undefined && decoded.record.prev !== last.hash) return `${place}: does not follow the record before it`;
  records.push(decoded.record);
  return null;
}

/** The hash of the last whole record, without a look at those before it; empty when there is none. */
export function readLastHash(bytes: Uint8Array): string {
  const end = lineEndBefore(bytes, bytes.length);
  const decoded = decodeRecord(decodeText(bytes.subarray(lineEndBefore(bytes, end) + 1, Math.max(0, end))));
  return decoded.ok ? decoded.record.hash : '';
}

/** -1 when there is none. Node's own search is compiled anew by every start. */
function lineEndBefore(bytes: Uint8Array, end: number): number {
  let at = end - 1;
  while (at >= 0 && bytes[at] !== 10) at -= 1;
  return at;
}

function content(
  records: readonly JournalRecord[],
  wholeBytes: number,
  tornBytes: number,
  missingLineEnd: boolean,
  damage: readonly string[],
): JournalContent {
  return { records, wholeBytes, tornBytes, missingLineEnd, damage };
}

function decodeText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
