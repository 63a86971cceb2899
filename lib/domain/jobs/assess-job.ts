// Whether a watched job's result is fresh: did the start that was last due end well, and in time?

export interface JobPast {
  /** The due start that the last attempt was for. */
  readonly lastSlotMs: number | null;
  readonly lastOk: boolean | null;
  /** The latest due start that ended well, by its deadline. */
  readonly lastGoodSlotMs: number | null;
}

export type JobState = 'fresh' | 'waiting' | 'failed' | 'late';

export interface JobVerdict {
  readonly state: JobState;
  readonly isFresh: boolean;
}

export interface JobMoments {
  /** The start last due. */
  readonly slotMs: number;
  /** The one before it; null for a job without a schedule. */
  readonly slotBeforeMs: number | null;
  /** When the start last due must have ended. */
  readonly dueMs: number;
  readonly nowMs: number;
}

export function assessJob(past: JobPast, { slotMs, slotBeforeMs, dueMs, nowMs }: JobMoments): JobVerdict {
  const { lastSlotMs, lastOk, lastGoodSlotMs } = past;
  if (lastGoodSlotMs !== null && lastGoodSlotMs >= slotMs) return { state: 'fresh', isFresh: true };
  if (lastSlotMs === slotMs && lastOk === false) return { state: 'failed', isFresh: false };
  // It ended well, but not by its deadline.
  if (lastSlotMs === slotMs && lastOk === true) return { state: 'late', isFresh: false };
  if (nowMs <= dueMs) {
    // Until its deadline the result before it is the one in use.
    return { state: 'waiting', isFresh: lastGoodSlotMs !== null && lastGoodSlotMs >= (slotBeforeMs ?? lastGoodSlotMs) };
  }
  return { state: 'late', isFresh: false };
}

/**
 * The latest good start after another attempt ended. A failure takes back what an earlier attempt for the same start
 * had reached: nobody knows what it left.
 */
export function lastGoodAfter(
  before: number | null,
  { slotMs, isOk, isInTime }: { readonly slotMs: number; readonly isOk: boolean; readonly isInTime: boolean },
): number | null {
  if (isOk) return isInTime ? slotMs : before;
  return before !== null && before >= slotMs ? null : before;
}
