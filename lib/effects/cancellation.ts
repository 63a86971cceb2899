// Cancellation: the first signal ends the run in order, the second leaves at once, the deadline counts as one.

import { setMaxListeners } from 'node:events';
import { formatDuration } from '../base/duration.ts';
import { EXIT } from '../base/exit-codes.ts';
import { Fault } from '../base/fault.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Cancellation {
  /** Why the run was cancelled, or null. */
  readonly reason: Error | null;
  /** The same for everything that waits. Made when first asked for: Node compiles its event targets at first use. */
  readonly signal: AbortSignal;
  /** Calls back once, when it happens; answers how to take that back. */
  onCancel(listener: () => void): () => void;
  /** From here on the deadline no longer cancels; signals still do. */
  disarmDeadline(): void;
  dispose(): void;
}

export function listenForCancellation(timeoutMs: number | undefined, onSignal: (name: string) => void): Cancellation {
  const listeners = new Set<() => void>();
  let reason: Fault | null = null;
  let controller: AbortController | null = null;
  const cancel = (why: Fault): void => {
    if (reason !== null) return;
    reason = why;
    controller?.abort(reason);
    for (const listener of listeners) listener();
  };
  const onArrival = (name: NodeJS.Signals, number: number): void => {
    const exit = 128 + number;
    // A person who asks twice wants out now; the journal stays readable, the next start closes this run.
    if (reason !== null) process.exit(exit);
    cancel(new Fault('cancelled', `Cancelled by ${name}`, { exit, hint: 'mdops runs list shows how far it came' }));
    // After it: what is live on the terminal has been taken back by then.
    onSignal(name);
  };
  for (const name of SIGNALS) process.on(name, onArrival);
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          const message = `Gave up after ${formatDuration(timeoutMs)}: the deadline of this run has passed`;
          cancel(new Fault('deadline passed', message, { exit: EXIT.deadline, hint: 'give it longer with --timeout' }));
        }, timeoutMs);
  return {
    get reason() {
      return reason;
    },
    get signal() {
      if (controller === null) {
        controller = new AbortController();
        // Every step and request of the run listens to it: many at once are no leak.
        setMaxListeners(0, controller.signal);
        if (reason !== null) controller.abort(reason);
      }
      return controller.signal;
    },
    onCancel: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    disarmDeadline: () => clearTimeout(timer),
    dispose: () => {
      clearTimeout(timer);
      for (const name of SIGNALS) process.off(name, onArrival);
    },
  };
}
