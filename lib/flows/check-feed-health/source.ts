// A list to read: a file or an answer, its first piece at hand, the rest when asked for.

import { describeError, systemCode } from '../../base/fault.ts';
import { type ListReader, PIECE_BYTES } from '../../domain/health/byte-reader.ts';
import type { FeedView } from '../../domain/health/feed-view.ts';
import type { ActiveFormat } from '../../domain/health/formats.ts';
import type { Looked } from '../../domain/health/tally.ts';
import type { ReadFile } from '../../effects/files.ts';
import type { Context } from '../../run/context.ts';

/** What the live environment answers to a question, or why there is no answer. */
export interface LiveSource {
  contracts(): Promise<LiveAnswer>;
  active(): Promise<LiveAnswer>;
}
export type LiveAnswer =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string };

export interface ListSource {
  readonly name: string;
  /** What can be looked at before choosing a reader. */
  readonly head: Uint8Array;
  /** The head is everything. */
  readonly isWhole: boolean;
  readonly size: number;
  /** Why there is nothing to read; empty when there is. */
  readonly problem: string;
  /** Empty when all of it was read, else why it cannot be used. */
  readInto(reader: ListReader): Promise<string>;
  close(): Promise<void>;
}

/** Both lists, what they are written in, and what is out of the picture. */
export interface Sources {
  readonly catalogue: ListSource;
  readonly active: ListSource;
  readonly catalogueFormat: 'json' | 'csv';
  readonly activeFormat: ActiveFormat;
  readonly ignored: readonly string[];
}

/** What was read of them. */
export interface Seen {
  readonly feed: FeedView;
  readonly catalogue: Looked;
  readonly active: Looked;
}

export async function openFile(ctx: Pick<Context, 'files'>, path: string): Promise<ListSource> {
  try {
    const file = await ctx.files.openRead(path);
    const head = await readHead(file);
    return {
      name: path,
      head,
      isWhole: head.length < PIECE_BYTES && (isPipe(file) || head.length === file.size),
      size: file.size,
      problem: '',
      readInto: async (reader) => {
        let count = head.length;
        reader.room(count).set(head);
        while (count > 0 && reader.take(count)) {
          count = await file.read(reader.room(PIECE_BYTES).subarray(0, PIECE_BYTES));
        }
        return reader.finish();
      },
      close: () => file.close(),
    };
  } catch (error) {
    return unreadable(path, whyUnreadable(error));
  }
}

/** A pipe (`<(…)`, /dev/stdin) has no size, and hands out less at a time than it takes to see what it is. */
async function readHead(file: ReadFile): Promise<Uint8Array> {
  const buffer = new Uint8Array(isPipe(file) ? PIECE_BYTES : Math.min(PIECE_BYTES, file.size + 1));
  let filled = await file.read(buffer);
  for (let count = filled; isPipe(file) && count > 0 && filled < buffer.length; filled += count) {
    count = await file.read(buffer.subarray(filled));
  }
  return buffer.subarray(0, filled);
}

function isPipe({ size }: ReadFile): boolean {
  return size === 0;
}

export function openAnswer(name: string, answer: LiveAnswer): ListSource {
  if (!answer.ok) return unreadable(name, answer.reason);
  const { bytes } = answer;
  return {
    name,
    head: bytes,
    isWhole: bytes.length < PIECE_BYTES,
    size: bytes.length,
    problem: '',
    readInto: async (reader) => {
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        const piece = bytes.subarray(at, at + PIECE_BYTES);
        reader.room(piece.length).set(piece);
        if (!reader.take(piece.length)) break;
      }
      return reader.finish();
    },
    close: async () => {},
  };
}

function unreadable(name: string, problem: string): ListSource {
  return {
    name,
    head: new Uint8Array(),
    isWhole: true,
    size: 0,
    problem,
    readInto: async () => problem,
    close: async () => {},
  };
}

export function whyUnreadable(error: unknown): string {
  const code = systemCode(error);
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'EISDIR') return 'it is a directory';
  return describeError(error);
}
