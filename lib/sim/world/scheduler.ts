// Virtual time: nothing happens but what is due next. Between two events every promise has settled that can.

export interface Scheduler {
  /** Milliseconds of true time since the world began. */
  nowMs(): number;
  /** Acts after `delayMs`; events of one moment act in the order in which they were set. Answers how to take it back. */
  after(delayMs: number, act: () => void): () => void;
  /** Something of the world is no longer as it was. */
  noteChange(): void;
  /** How often that was so: two moments with the same count are the same moment of the same world. */
  changes(): number;
  /** Until `untilMs`, or until `isOver` says so; without an end until nothing is due any more. */
  run(untilMs: number, isOver: () => boolean): Promise<void>;
}

interface Due {
  readonly atMs: number;
  readonly order: number;
  act: (() => void) | null;
}

export function createScheduler(): Scheduler {
  const heap: Due[] = [];
  let nowMs = 0;
  let order = 0;
  let changes = 0;
  return {
    nowMs: () => nowMs,
    after: (delayMs, act) => {
      order += 1;
      changes += 1;
      const due: Due = { atMs: nowMs + Math.max(0, delayMs), order, act };
      push(heap, due);
      return () => {
        changes += 1;
        due.act = null;
      };
    },
    noteChange: () => {
      changes += 1;
    },
    changes: () => changes,
    run: async (untilMs, isOver) => {
      await turned();
      while (heap.length > 0 && !isOver()) {
        const next = heap[0]!;
        if (next.atMs > untilMs) break;
        pop(heap);
        if (next.act === null) continue;
        nowMs = next.atMs;
        changes += 1;
        next.act();
        await settled();
      }
      if (!isOver() && Number.isFinite(untilMs)) nowMs = Math.max(nowMs, untilMs);
    },
  };
}

/** Ticks come when the queue of promises is empty: by then none that could go on is waiting. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

/** A turn of the real loop, in which modules load and signals arrive. */
function turned(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function isBefore(a: Due, b: Due): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: Due[], due: Due): void {
  let at = heap.push(due) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (!isBefore(due, heap[above]!)) break;
    heap[at] = heap[above]!;
    at = above;
  }
  heap[at] = due;
}

function pop(heap: Due[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below += 1;
    if (!isBefore(heap[below]!, last)) break;
    heap[at] = heap[below]!;
    at = below;
  }
  heap[at] = last;
}
