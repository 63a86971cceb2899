// Kernel locks: held for the life of the process, released by the kernel when it dies, never stale.

export interface Holder {
  readonly run_id: string;
  readonly command: string;
  readonly operator: string;
  readonly host: string;
  readonly pid: number;
  /** How long the lock has been held, on the monotonic clock. */
  readonly age_ms: number;
}

export type LockAttempt =
  | { readonly held: true; release(): Promise<void> }
  /** `holder` is null when it did not answer in time (stopped, or busy). */
  | { readonly held: false; readonly holder: Holder | null };

export interface Locks {
  /** Never waits for the holder to finish; asks it who it is for at most 100 ms. */
  acquire(name: string, identity: Omit<Holder, 'age_ms'>): Promise<LockAttempt>;
  isHeld(name: string): Promise<boolean>;
}
