// Cancellation: the first signal ends the run in order, the second leaves at once, the deadline counts as one.

import { setMaxListeners } from 'node:events';
import { constants } from 'node:os';
import { formatDuration } from '../base/duration.ts';
import { EXIT } from '../base/exit-codes.ts';
import { Fault } from '../base/fault.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Cancellation {
  readonly signal: AbortSignal;
  /** From here on the deadline no longer cancels; signals still do. */
  disarmDeadline(): void;
  dispose(): void;
}

export function listenForCancellation(timeoutMs: number | undefined, onSignal: (name: string) => void): Cancellation {
  const controller = new AbortController();
  // Every step and request of the run listens to it: many at once are no leak.
  setMaxListeners(0, controller.signal);
  const onArrival = (name: NodeJS.Signals): void => {
    const exit = 128 + constants.signals[name];
    // A person who asks twice wants out now; the journal stays readable, the next start closes this run.
    if (controller.signal.aborted) process.exit(exit);
    controller.abort(new Fault('cancelled', `Cancelled by ${name}`, { exit, hint: 'a second signal leaves at once' }));
    // After it: what is live on the terminal has been taken back by then.
    onSignal(name);
  };
  for (const name of SIGNALS) process.on(name, onArrival);
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          const message = `Gave up after ${formatDuration(timeoutMs)}: the deadline of this run has passed`;
          controller.abort(
            new Fault('deadline passed', message, { exit: EXIT.deadline, hint: 'give it longer with --timeout' }),
          );
        }, timeoutMs);
  return {
    signal: controller.signal,
    disarmDeadline: () => clearTimeout(timer),
    dispose: () => {
      clearTimeout(timer);
      for (const name of SIGNALS) process.off(name, onArrival);
    },
  };
}
