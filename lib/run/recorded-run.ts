// One run from its first journal record to its last, and what is told of it.

import { EXIT } from '../base/exit-codes.ts';
import { Fault } from '../base/fault.ts';
import { loadPaint } from '../base/paint.ts';
import { formatDiagnostic } from '../services/config/diagnostics.ts';
import type { RunIdentity, RunsEffects } from '../services/runs/run-types.ts';
import { beginRun, type OpenRun } from '../services/runs/runs.ts';
import type { EarlierSteps } from '../services/steps/earlier-steps.ts';
import type { Answer, RunSummary } from './answer.ts';
import { asFault } from './as-fault.ts';
import { createContext, type RunContext } from './create-context.ts';
import { readIdentity } from './identity.ts';
import { type Ending, playFlow } from './play-flow.ts';
import { settleRecovered } from './recovered.ts';
import type { RunRequest } from './run-request.ts';
import { beginAnnouncement, deliverTelemetry } from './telemetry.ts';
import { writeTerminalRecord } from './terminal-record.ts';
import { wantsColor } from './wants-color.ts';

/** What a run begins with; `refusal` when it may not begin. */
interface Beginning {
  readonly open: OpenRun | null;
  readonly resumed: EarlierSteps | null;
  readonly refusal: Fault | null;
}

export async function runRecorded(request: RunRequest): Promise<Answer> {
  const { command, invocation, effects, loaded } = request;
  const since = effects.clock.monotonicMs();
  const mode = typeof command.records === 'function' ? command.records(invocation) : command.records;
  const isDryRun = invocation.on('dry-run');
  const identity = readIdentity(request);
  const runs = { ...effects, directory: `${loaded.config.paths.stateDir}/journal` };
  const beginning = await begin(runs, identity, mode === 'run' && !isDryRun);
  const { resumed } = beginning;
  const paint = await loadPaint(wantsColor(invocation, effects));
  const withoutChanges = isDryRun ? (await import('./dry-run.ts')).withoutChanges : null;
  const ctx = createContext({ ...request, identity, open: beginning.open, resumed, paint, mode, withoutChanges });
  // Made while the disk was at work; from here on things happen.
  const { open, refusal } = await whenBegun(beginning);
  for (const warning of ctx.configWarnings)
    ctx.log.event('config_loaded', formatDiagnostic(warning), { level: 'warn' });
  const announces = refusal === null && (command.announces?.(invocation) ?? false);
  const announcement = announces ? await beginAnnouncement(ctx) : null;
  const ending = refusal === null ? await play(request, ctx, open) : refused(ctx, refusal);
  const durationMs = effects.clock.monotonicMs() - since;
  const recorded = await writeTerminalRecord(open, ending, durationMs, ctx);
  request.cancellation.disarmDeadline();
  const summary = recorded.outcome?.summary ?? recorded.fault?.message ?? '';
  const finished = { exit: recorded.exit, durationMs, isDryRun, summary };
  const telemetryDegraded = mode === 'run' ? await deliverTelemetry(ctx, finished, announcement) : [];
  ctx.progress.clear();
  await ctx.runLog.close();
  const trouble = ctx.runLog.trouble();
  const unlogged =
    trouble === null ? [] : [`the log of this run is not whole: ${trouble.reason} (${loaded.config.paths.logDir})`];
  const run = mode === 'none' ? null : summarize(ctx, open, durationMs);
  return { ...recorded, telemetryDegraded: [...telemetryDegraded, ...unlogged], run, redact: ctx.redact };
}

async function begin(runs: RunsEffects, identity: RunIdentity, isJournaled: boolean): Promise<Beginning> {
  try {
    if (isJournaled) refuseLongWords(identity);
    const resumed = identity.resumes === null ? null : await readResumed(runs, identity);
    return { open: isJournaled ? await beginRun(runs, identity) : null, resumed, refusal: null };
  } catch (error) {
    return { open: null, resumed: null, refusal: asFault(error) };
  }
}

/** A journal record has a bound, and steps repeat the words. */
const MOST_WORDS = 24_000;

function refuseLongWords({ command, argv }: RunIdentity): void {
  const { length } = JSON.stringify(argv);
  if (length <= MOST_WORDS) return;
  throw new Fault('usage', `Cannot run ${command}: its command line is ${length} characters long`, {
    exit: EXIT.usage,
    hint: `a run records at most ${MOST_WORDS}: put them into a file or a script and name that`,
  });
}

async function readResumed(runs: RunsEffects, identity: RunIdentity): Promise<EarlierSteps> {
  const { readResumedRun } = await import('../services/runs/resume.ts');
  return readResumedRun(runs, identity);
}

async function whenBegun(beginning: Beginning): Promise<Beginning> {
  try {
    await beginning.open?.begun;
    return beginning;
  } catch (error) {
    return { ...beginning, open: null, refusal: asFault(error) };
  }
}

async function play(request: RunRequest, ctx: RunContext, open: OpenRun | null): Promise<Ending> {
  try {
    await settleRecovered(ctx);
  } catch (error) {
    return refused(ctx, asFault(error));
  }
  return playFlow(request, ctx, open);
}

function refused(ctx: RunContext, fault: Fault): Ending {
  ctx.log.event('run_refused', fault.message, { level: 'debug', exit_code: fault.exit, extra: { code: fault.code } });
  return { exit: fault.exit, outcome: null, fault };
}

function summarize(ctx: RunContext, open: OpenRun | null, durationMs: number): RunSummary {
  return {
    id: open === null ? null : ctx.run.id,
    command: ctx.run.command,
    environment: ctx.run.environment,
    dry_run: ctx.run.isDryRun,
    duration_ms: Math.round(durationMs),
    log: ctx.runLog.path(),
    plan_hash: ctx.steps.plan.length === 0 ? null : ctx.steps.planHash(),
    ...(ctx.run.isDryRun ? { plan: ctx.steps.plan.map((step) => ({ ...step })) } : {}),
  };
}
