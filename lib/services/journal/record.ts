// One journal record on one line: JSON that ends in the previous record's hash and its own checksum.

import { crc32 } from '../../base/crc32.ts';
import { sha256 } from '../../base/digest.ts';
import { isRecord, type JsonObject, parseJson } from '../../base/json.ts';

export const JOURNAL_FORMAT = 1;

export interface JournalRecord {
  readonly seq: number;
  readonly kind: string;
  /** Wall time, for people. */
  readonly at: string;
  readonly body: JsonObject;
  /** Hash of the record before it; of the run before it for the first one. */
  readonly prev: string;
  readonly hash: string;
}

export interface NewRecord {
  readonly seq: number;
  readonly kind: string;
  readonly at: string;
  readonly body: JsonObject;
  readonly prev: string;
}

/** The hash is worked out when it is asked for. */
export function encodeRecord(record: NewRecord): { readonly line: string; readonly hash: string } {
  const { seq, kind, at, body, prev } = record;
  const text = JSON.stringify({ v: JOURNAL_FORMAT, seq, kind, at, body, prev });
  const line = `${text.slice(0, -1)},"crc":"${crc32(text)}"}`;
  return {
    line,
    get hash() {
      return sha256(line);
    },
  };
}

export type Decoded =
  | { readonly ok: true; readonly record: JournalRecord }
  | {
      readonly ok: false;
      readonly reason: 'checksum does not match' | 'not a record' | 'newer format than this mdops';
    };

const CHECKSUM = /,"crc":"([0-9a-f]{8})"\}$/;

export function decodeRecord(line: string): Decoded {
  const found = CHECKSUM.exec(line);
  if (found === null) return { ok: false, reason: 'not a record' };
  const text = `${line.slice(0, found.index)}}`;
  if (crc32(text) !== found[1]) return { ok: false, reason: 'checksum does not match' };
  const value = parseJson(text);
  if (!isRecord(value)) return { ok: false, reason: 'not a record' };
  if (value['v'] !== JOURNAL_FORMAT) return { ok: false, reason: 'newer format than this mdops' };
  const { seq, kind, at, body, prev } = value;
  if (typeof seq !== 'number' || typeof kind !== 'string' || typeof at !== 'string' || typeof prev !== 'string') {
    return { ok: false, reason: 'not a record' };
  }
  if (!isRecord(body)) return { ok: false, reason: 'not a record' };
  return { ok: true, record: { seq, kind, at, body: body as JsonObject, prev, hash: sha256(line) } };
}
