// A deadline and callers' signals in one signal, aborted with the Fault that says which of them it was.

export interface Limit {
  readonly signal: AbortSignal;
  stop(reason: Error): void;
  /** The work's result, or the reason of the signal as soon as it comes: the work's own end is not waited for. */
  race<T>(work: Promise<T>): Promise<T>;
  end(): void;
}

export interface LimitDetails {
  readonly timeoutMs: number;
  readonly signals: readonly (AbortSignal | undefined)[];
  readonly timedOut: () => Error;
  readonly cancelled: () => Error;
}

// Node fires longer timers at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function startLimit({ timeoutMs, signals, timedOut, cancelled }: LimitDetails): Limit {
  const controller = new AbortController();
  const { signal } = controller;
  const delayMs = Math.min(Math.max(0, timeoutMs) || 0, LONGEST_TIMER_MS);
  const timer = setTimeout(() => controller.abort(timedOut()), delayMs);
  const cancel = (): void => controller.abort(cancelled());
  for (const outer of signals) {
    if (outer?.aborted) cancel();
    outer?.addEventListener('abort', cancel, { once: true });
  }
  return {
    signal,
    stop: (reason) => controller.abort(reason),
    race: (work) => Promise.race([whenAborted(signal), work]),
    end: () => {
      clearTimeout(timer);
      for (const outer of signals) outer?.removeEventListener('abort', cancel);
    },
  };
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
