// Whether a watched job's result is fresh: did the start that was last due end well, and in time?

export interface JobPast {
  /** The due start that the last attempt was for. */
  readonly lastSlotMs: number | null;
  readonly lastOk: boolean | null;
  /** The latest due start that ended well. */
  readonly lastGoodSlotMs: number | null;
}

export type JobState = 'fresh' | 'waiting' | 'failed' | 'late';

export interface JobVerdict {
  readonly state: JobState;
  readonly isFresh: boolean;
}

/** `slotMs`: the start last due; `dueMs`: when it must have ended. */
export function assessJob(past: JobPast, slotMs: number, dueMs: number, nowMs: number): JobVerdict {
  if (past.lastGoodSlotMs !== null && past.lastGoodSlotMs >= slotMs) return { state: 'fresh', isFresh: true };
  if (past.lastSlotMs === slotMs && past.lastOk === false) return { state: 'failed', isFresh: false };
  if (nowMs <= dueMs) {
    // Until its deadline the result before it is the one in use.
    return { state: 'waiting', isFresh: past.lastGoodSlotMs !== null };
  }
  return { state: 'late', isFresh: false };
}
