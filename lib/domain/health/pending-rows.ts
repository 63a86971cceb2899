// Rows that wait to be looked up together. A table of a million names lies outside the processor's caches; asked one by
// one, each row waits for memory, asked in a batch the waits overlap. That halves the time of lists in no order.

import type { RowDetail } from './feed-view.ts';

export const BATCH = 64;

export class PendingRows {
  count = 0;
  readonly hashes = new Uint32Array(BATCH);
  readonly starts = new Uint32Array(BATCH);
  readonly ends = new Uint32Array(BATCH);
  readonly seen = new Uint8Array(BATCH);
  readonly ticks = new Float64Array(BATCH);
  readonly details: (RowDetail | null)[] = new Array<RowDetail | null>(BATCH).fill(null);

  get isFull(): boolean {
    return this.count === BATCH;
  }

  /** The span stays where it is: the batch is settled before the window moves. */
  add(hash: number, start: number, end: number, seen: number, tickMs: number, detail: RowDetail | null): void {
    const at = this.count;
    this.hashes[at] = hash;
    this.starts[at] = start;
    this.ends[at] = end;
    this.seen[at] = seen;
    this.ticks[at] = tickMs;
    this.details[at] = detail;
    this.count = at + 1;
  }
}
