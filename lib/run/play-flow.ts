// Plays a command's flow to its end, whichever end that is.

import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import { describeError, type Fault } from '../base/fault.ts';
import type { Cancellation } from '../effects/cancellation.ts';
import type { OpenRun } from '../services/runs/runs.ts';
import { asFault } from './as-fault.ts';
import type { Outcome } from './command.ts';
import type { RunContext } from './create-context.ts';
import type { RunRequest } from './run-request.ts';

export interface Ending {
  readonly exit: ExitCode;
  readonly outcome: Outcome | null;
  readonly fault: Fault | null;
}

/** How long a cancelled flow may take to end in order, beyond the grace that its processes get. */
const UNWIND_MS = 5_000;

export async function playFlow(request: RunRequest, ctx: RunContext, open: OpenRun | null): Promise<Ending> {
  const { command, invocation, cancellation } = request;
  const { verb, argv } = invocation;
  ctx.log.event('run_started', `${command.name}${verb === null ? '' : ` ${verb}`} begins`, {
    extra: { argv, operator: ctx.run.operator, target: ctx.run.target, dry_run: ctx.run.isDryRun },
  });
  try {
    const flow = await command.load();
    const unwindMs = ctx.config.run.graceMs + UNWIND_MS;
    const outcome = await untilUnwound(flow(ctx, invocation), ctx, cancellation, unwindMs);
    // A cancelled run is not done, whatever its flow made of the cancellation.
    if (cancellation.reason !== null && outcome.endsBySignal !== true) throw cancellation.reason;
    return { exit: outcome.exit, outcome, fault: null };
  } catch (error) {
    const fault = asFault(cancellation.reason ?? error);
    if (fault.exit === EXIT.bug) tellBug(ctx, error);
    if (open?.journal.isDegraded === true) ctx.log.event('journal_degraded', fault.message, { level: 'error' });
    return { exit: fault.exit, outcome: null, fault };
  }
}

/** The flow's answer, or the cancellation once the flow has had its time to end in order. */
function untilUnwound<T>(work: Promise<T>, ctx: RunContext, cancellation: Cancellation, unwindMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let waiting: AbortController | null = null;
    const giveUp = (): void => {
      waiting = new AbortController();
      ctx.clock.sleep(unwindMs, waiting.signal).then(
        () => reject(cancellation.reason),
        () => undefined,
      );
    };
    const ignore = cancellation.onCancel(giveUp);
    work.then(resolve, reject).finally(() => {
      ignore();
      waiting?.abort();
    });
    if (cancellation.reason !== null) giveUp();
  });
}

function tellBug(ctx: RunContext, error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : describeError(error);
  ctx.log.event('message', `unexpected error: ${describeError(error)}`, { level: 'error', extra: { stack } });
}
