// Time: the wall for people, the monotonic clock for budgets and deadlines.

export interface Clock {
  /** Milliseconds since the epoch; may be stepped by an operator or NTP. */
  wallMs(): number;
  /** Milliseconds since boot; never goes back within one boot. */
  monotonicMs(): number;
  /** Identifies the boot that `monotonicMs` counts from. */
  bootId(): string;
  /**
   * Resolves after `ms`, rejects with the signal's reason when it is aborted first. Timers count whole milliseconds: by
   * `monotonicMs` it may be short by less than one.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
