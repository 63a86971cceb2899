// What every reader of a list is: fed piece by piece, it goes on as far as it can and keeps the rest for the next piece.

import type { JsonScanner } from './json-scanner.ts';

/** Pieces of this size keep the window in the processor's cache. */
export const PIECE_BYTES = 256 * 1024;

export interface ListReader {
  /** Space for the next piece. */
  room(atLeast: number): Uint8Array;
  /** Reads on after `count` bytes were written into `room`; false once the text is refused. */
  take(count: number): boolean;
  /** Nothing more comes. Empty when the list was read, else why it cannot be used. */
  finish(): string;
}

/** `step` reads one unit and returns false when it cannot, or when there is nothing left (`isDone`). */
export interface Steps {
  readonly scanner: JsonScanner;
  step(): boolean;
  isDone(): boolean;
  /** Settles what still refers to the window's bytes. */
  flush(): void;
  /** What is wrong with a text that is well-formed to its end; empty when nothing is. */
  verdict(): string;
}

export function createListReader(steps: Steps): ListReader {
  const { scanner } = steps;
  const { window } = scanner;
  const advance = (): boolean => {
    while (!steps.isDone()) {
      const mark = window.at;
      const { newlines } = scanner;
      if (steps.step()) continue;
      if (scanner.problem !== '' || window.isLast) return false;
      window.at = mark;
      scanner.newlines = newlines;
      return true;
    }
    return true;
  };
  return {
    room: (atLeast) => window.room(atLeast),
    take: (count) => {
      if (scanner.problem !== '') return false;
      window.take(count);
      const goesOn = advance();
      steps.flush();
      return goesOn;
    },
    finish: () => {
      if (scanner.problem !== '') return scanner.problem;
      window.isLast = true;
      advance();
      steps.flush();
      return scanner.problem === '' ? steps.verdict() : scanner.problem;
    },
  };
}

/** Reads a text that is held as a whole. */
export function readWhole(reader: ListReader, bytes: Uint8Array): string {
  for (let at = 0; at < bytes.length; ) {
    const piece = bytes.subarray(at, Math.min(bytes.length, at + PIECE_BYTES));
    reader.room(piece.length).set(piece);
    at += piece.length;
    if (!reader.take(piece.length)) break;
  }
  return reader.finish();
}
