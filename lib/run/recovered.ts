// Runs that died before this one: told to the operator, and what their steps left behind is ended.

import type { RecoveredRun } from '../services/runs/runs.ts';
import type { RunContext } from './create-context.ts';

export async function settleRecovered(ctx: RunContext): Promise<void> {
  for (const run of ctx.run.recovered) {
    const left = await endLeftovers(ctx, run);
    const { identity, content } = run;
    const id = String(identity['run_id']);
    const damage = content.damage.length === 0 ? '' : `; its journal is damaged: ${content.damage.join(', ')}`;
    const processes = left === 0 ? '' : `; ${left} processes it had left were ended`;
    ctx.log.event(
      'run_recovered',
      `run ${id} of ${String(identity['command'])} had died and is closed now${processes}${damage}`,
      {
        level: 'warn',
        extra: { recovered: id, processes_ended: left },
      },
    );
  }
}

/** Looks only when a step was under way: only then can anything be left. */
async function endLeftovers(ctx: RunContext, { identity, content }: RecoveredRun): Promise<number> {
  const mark = identity['process_mark'];
  const last = content.records.findLast(({ kind }) => kind.startsWith('step_'));
  if (typeof mark !== 'string' || mark === '' || last?.kind !== 'step_intent') return 0;
  return ctx.processes.endLeftovers(mark, ctx.config.run.graceMs);
}
