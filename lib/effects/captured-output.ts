// What is kept of a child's output: its head, its tail, its byte count; and its lines as they come. Bounded memory.

import { StringDecoder } from 'node:string_decoder';
import { sanitize } from '../base/sanitize.ts';
import type { Captured } from './processes.ts';

// A line longer than this is cut for `onLine`: progress and logs have no use for more.
const LONGEST_LINE = 8_192;

export interface OutputKeeper {
  take(chunk: Buffer): void;
  captured(): Captured;
}

export function createOutputKeeper(keepBytes: number): OutputKeeper {
  const head: Buffer[] = [];
  let headBytes = 0;
  let totalBytes = 0;
  let ring: Buffer | undefined;
  return {
    take(chunk) {
      totalBytes += chunk.length;
      const room = keepBytes - headBytes;
      if (room > 0) {
        // Copied: a slice would hold on to the whole 64 KiB it was read into.
        head.push(Buffer.from(chunk.subarray(0, room)));
        headBytes += Math.min(room, chunk.length);
      }
      if (chunk.length <= room || keepBytes === 0) return;
      ring ??= Buffer.alloc(keepBytes);
      writeRing(ring, chunk.subarray(Math.max(0, room)), totalBytes - headBytes);
    },
    captured: () => {
      if (totalBytes === 0) return { head: '', tail: '', totalBytes };
      const first = Buffer.concat(head);
      const last = ring === undefined ? Buffer.alloc(0) : readRing(ring, totalBytes - headBytes);
      return { ...decodeParts(first, last, totalBytes > headBytes + last.length), totalBytes };
    },
  };
}

export interface LineSplitter {
  take(chunk: Buffer): void;
  /** The last line, when it had no newline. */
  end(): void;
}

/** Calls back with sanitized lines; of a line that redraws itself (`\r`) with what a terminal would show last. */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let open = '';
  let openLength = 0;
  const emit = (): void => {
    const rest = openLength - open.length;
    const line = sanitize(lastDrawn(open));
    open = '';
    openLength = 0;
    onLine(rest > 0 ? `${line}… (${rest} more characters)` : line);
  };
  const add = (text: string): void => {
    openLength += text.length;
    if (open.length < LONGEST_LINE) open += text.slice(0, LONGEST_LINE - open.length);
  };
  return {
    take(chunk) {
      const text = decoder.write(chunk);
      let from = 0;
      for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
        add(text.slice(from, at));
        emit();
        from = at + 1;
      }
      add(text.slice(from));
    },
    end() {
      add(decoder.end());
      if (openLength > 0) emit();
    },
  };
}

/** Writes the end of `chunk` so that byte number n of the stream stands at n modulo the ring's length. */
function writeRing(ring: Buffer, chunk: Buffer, endOffset: number): void {
  const last = chunk.subarray(Math.max(0, chunk.length - ring.length));
  const at = (endOffset - last.length) % ring.length;
  const fits = Math.min(last.length, ring.length - at);
  last.copy(ring, at, 0, fits);
  last.copy(ring, 0, fits);
}

function readRing(ring: Buffer, written: number): Buffer {
  if (written <= ring.length) return ring.subarray(0, written);
  const at = written % ring.length;
  return Buffer.concat([ring.subarray(at), ring.subarray(0, at)]);
}

// A character on the edge is not torn: it moves to the tail, or is dropped where bytes are missing between the two.
// Bytes that are no text become U+FFFD.
function decodeParts(first: Buffer, last: Buffer, hasGap: boolean): { head: string; tail: string } {
  if (last.length === 0) return { head: first.toString('utf8'), tail: '' };
  const cut = first.length - tornBytes(first);
  let from = 0;
  while (hasGap && from < 3 && isContinuation(last[from])) from += 1;
  const tail = hasGap ? last.subarray(from) : Buffer.concat([first.subarray(cut), last]);
  return { head: first.toString('utf8', 0, cut), tail: tail.toString('utf8') };
}

/** How many bytes at the end belong to a character that is not complete. */
function tornBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (isContinuation(byte)) continue;
    const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return wanted > back ? back : 0;
  }
  return 0;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function lastDrawn(line: string): string {
  const shown = line.replace(/\r+$/, '');
  return shown.slice(shown.lastIndexOf('\r') + 1);
}
