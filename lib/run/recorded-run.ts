// One run from its first journal record to its last, and what is told of it.

import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import { describeError, Fault } from '../base/fault.ts';
import type { JsonObject } from '../base/json.ts';
import { loadPaint } from '../base/paint.ts';
import { formatDiagnostic } from '../services/config/diagnostics.ts';
import { readResumedRun } from '../services/runs/resume.ts';
import { beginRun, type OpenRun } from '../services/runs/runs.ts';
import type { Answer } from './answer.ts';
import { asFault } from './as-fault.ts';
import type { Outcome } from './command.ts';
import { createContext, type RunContext } from './create-context.ts';
import { readIdentity } from './identity.ts';
import type { RunRequest } from './run-request.ts';
import { deliverTelemetry } from './telemetry.ts';
import { wantsColor } from './wants-color.ts';

interface Ending {
  readonly exit: ExitCode;
  readonly outcome: Outcome | null;
  readonly fault: Fault | null;
}

/** How long a cancelled flow may take to end in order, beyond the grace that its processes get. */
const UNWIND_MS = 5_000;

export async function runRecorded(request: RunRequest): Promise<Answer> {
  const { command, invocation, effects, loaded } = request;
  const { clock } = effects;
  const since = clock.monotonicMs();
  const mode = typeof command.records === 'function' ? command.records(invocation) : command.records;
  const identity = readIdentity(request);
  const runs = { ...effects, directory: `${loaded.config.paths.stateDir}/journal` };
  const resumed = identity.resumes === null ? null : await readResumedRun(runs, identity);
  const isJournaled = mode === 'run' && !invocation.on('dry-run');
  const open = isJournaled ? await beginRun(runs, identity) : null;
  const paint = await loadPaint(wantsColor(invocation, effects));
  const ctx = createContext({ ...request, identity, open, resumed, paint, mode });
  const ending = await playFlow(request, ctx, open);
  const durationMs = clock.monotonicMs() - since;
  const recorded = await writeTerminalRecord(open, ending, durationMs, ctx);
  request.cancellation.disarmDeadline();
  const telemetryDegraded =
    mode === 'run' ? await deliverTelemetry(ctx, { exit: recorded.exit, durationMs, isDryRun: !isJournaled }) : [];
  ctx.progress.clear();
  await ctx.runLog.close();
  return {
    ...recorded,
    telemetryDegraded,
    run:
      mode === 'none'
        ? null
        : {
            id: open === null ? null : identity.run_id,
            command: command.name,
            environment: identity.environment,
            dry_run: invocation.on('dry-run'),
            duration_ms: Math.round(durationMs),
            log: ctx.runLog.path(),
            plan_hash: ctx.steps.plan.length === 0 ? null : ctx.steps.planHash(),
          },
  };
}

async function playFlow(request: RunRequest, ctx: RunContext, open: OpenRun | null): Promise<Ending> {
  const { command, invocation, cancellation } = request;
  for (const warning of ctx.configWarnings)
    ctx.log.event('config_loaded', formatDiagnostic(warning), { level: 'warn' });
  tellRecovered(ctx);
  ctx.log.event('run_started', `${command.name}${invocation.verb === null ? '' : ` ${invocation.verb}`} begins`, {
    extra: { argv: invocation.argv, operator: ctx.run.operator, target: ctx.run.target, dry_run: ctx.run.isDryRun },
  });
  try {
    const flow = await command.load();
    const outcome = await untilUnwound(
      flow(ctx, invocation),
      ctx,
      cancellation.signal,
      ctx.config.run.graceMs + UNWIND_MS,
    );
    // A cancelled run is not done, whatever its flow made of the cancellation.
    if (cancellation.signal.aborted) throw cancellation.signal.reason;
    return { exit: outcome.exit, outcome, fault: null };
  } catch (error) {
    const fault = cancellation.signal.aborted ? asFault(cancellation.signal.reason) : asFault(error);
    if (fault.exit === EXIT.bug) logBug(ctx, error);
    if (open?.journal.isDegraded === true) ctx.log.event('journal_degraded', fault.message, { level: 'error' });
    return { exit: fault.exit, outcome: null, fault };
  }
}

/** The flow's answer, or the cancellation once the flow has had its time to end in order. */
function untilUnwound<T>(work: Promise<T>, ctx: RunContext, signal: AbortSignal, unwindMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    work.then(resolve, reject);
    const giveUp = (): void => {
      ctx.clock.sleep(unwindMs).then(() => reject(signal.reason));
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
}

async function writeTerminalRecord(
  open: OpenRun | null,
  ending: Ending,
  durationMs: number,
  ctx: RunContext,
): Promise<Ending> {
  const summary = ending.outcome?.summary ?? ending.fault?.message ?? '';
  const level = ending.exit === EXIT.ok ? 'info' : ending.exit === EXIT.warning ? 'warn' : 'error';
  const fields = { exit_code: ending.exit, duration_ms: durationMs };
  if (open === null) {
    ctx.log.event('run_finished', summary, { ...fields, level: 'info' });
    return ending;
  }
  const body: JsonObject = {
    ...fields,
    duration_ms: Math.round(durationMs),
    outcome: ending.fault === null ? 'finished' : ending.fault.code,
    summary: summary.slice(0, 2_000),
    plan_hash: ctx.steps.planHash(),
  };
  try {
    await open.finish(body);
    // Told as a finding by the answer itself; here it is for the file.
    ctx.log.event('run_finished', summary, { ...fields, level: level === 'error' ? 'info' : level });
    return ending;
  } catch (error) {
    const fault = new Fault(
      'journal write failed',
      `The end of this run could not be recorded: ${describeError(error)}`,
      {
        exit: EXIT.stateNotWritten,
        hint: `its result was exit ${ending.exit}: ${summary}`,
        cause: error,
      },
    );
    ctx.log.event('journal_degraded', fault.message, { level: 'error' });
    return { exit: fault.exit, outcome: ending.outcome, fault };
  }
}

function tellRecovered(ctx: RunContext): void {
  for (const { identity, content } of ctx.run.recovered) {
    const damage = content.damage.length === 0 ? '' : `; its journal is damaged: ${content.damage.join(', ')}`;
    ctx.log.event(
      'run_recovered',
      `run ${String(identity['run_id'])} of ${String(identity['command'])} had died and is closed now${damage}`,
      {
        level: 'warn',
        extra: { recovered: String(identity['run_id']) },
      },
    );
  }
}

function logBug(ctx: RunContext, error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : describeError(error);
  ctx.log.event('message', 'unexpected error', { level: 'debug', extra: { stack } });
}
