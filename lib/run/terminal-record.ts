// The one terminal record of a run, and what becomes of the answer when it cannot be written.

import { EXIT } from '../base/exit-codes.ts';
import { describeError, Fault } from '../base/fault.ts';
import type { OpenRun } from '../services/runs/runs.ts';
import type { RunContext } from './create-context.ts';
import type { Ending } from './play-flow.ts';

export async function writeTerminalRecord(
  open: OpenRun | null,
  ending: Ending,
  durationMs: number,
  ctx: RunContext,
): Promise<Ending> {
  const summary = ending.outcome?.summary ?? ending.fault?.message ?? '';
  const tell = (): void => {
    // The answer tells the finding to the person; this record is for the file.
    const level = ending.exit === EXIT.warning ? 'warn' : 'info';
    ctx.log.event('run_finished', summary, { level, exit_code: ending.exit, duration_ms: durationMs });
  };
  if (open === null) {
    tell();
    return ending;
  }
  try {
    await open.finish({
      exit_code: ending.exit,
      duration_ms: Math.round(durationMs),
      outcome: ending.fault === null ? 'finished' : ending.fault.code,
      summary: summary.slice(0, 2_000),
      plan_hash: ctx.steps.planHash(),
    });
    tell();
    return ending;
  } catch (error) {
    const fault = new Fault(
      'journal write failed',
      `The end of this run could not be recorded: ${describeError(error)}`,
      {
        exit: EXIT.stateNotWritten,
        hint: `its result was exit ${ending.exit}${summary === '' ? '' : `: ${summary}`}`,
        cause: error,
      },
    );
    ctx.log.event('journal_degraded', fault.message, { level: 'error' });
    return { exit: fault.exit, outcome: ending.outcome, fault };
  }
}
