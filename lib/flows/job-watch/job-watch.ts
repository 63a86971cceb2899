// `job-watch`: the job as one step of a journaled run, and its outcome as metrics and as a state document.

import { formatDuration, parseDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { METRIC } from '../../base/metric-names.ts';
import { oneLine } from '../../base/sanitize.ts';
import type { ProcessResult } from '../../effects/processes.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';

type Ctx = Pick<Context, 'processes' | 'steps' | 'metrics' | 'documents' | 'clock' | 'signal' | 'log' | 'config'>;

const DEFAULT_DEADLINE_MS = 3_600_000;

export async function watchJob(ctx: Ctx, invocation: Invocation): Promise<Outcome> {
  const name = invocation.text('name');
  if (name === undefined)
    throw new Fault('usage', 'job-watch wants --name NAME', { exit: EXIT.usage, hint: 'mdops job-watch --help' });
  const [program, ...args] = invocation.rest;
  const timeoutMs = parseDuration(invocation.text('deadline') ?? '') ?? DEFAULT_DEADLINE_MS;
  const result = await ctx.steps.run<JsonObject>({
    name: 'run job',
    kind: 'manual',
    input: { job: name, argv: [...invocation.rest] },
    act: async () =>
      describe(await ctx.processes.run({ argv: [program ?? '', ...args], timeoutMs, signal: ctx.signal })),
  });
  const ok = result['ok'] === true;
  const durationMs = Number(result['duration_ms']);
  ctx.metrics.observe(METRIC.jobDuration, durationMs / 1_000, { job: name });
  ctx.metrics.increment(ok ? METRIC.jobSuccess : METRIC.jobFailures, { job: name });
  ctx.metrics.set(METRIC.jobIsFresh, ok ? 1 : 0, { job: name });
  const summary = ok
    ? `job "${name}" done in ${formatDuration(durationMs)}`
    : `job "${name}" failed: ${String(result['reason'])} after ${formatDuration(durationMs)}`;
  return { exit: ok ? EXIT.ok : EXIT.critical, summary, report: { schema: 'mdops.job/1', job: name, ...result } };
}

function describe(result: ProcessResult): JsonObject {
  const { ok, exitCode, signal, timedOut, cancelled, failure, durationMs, stdout, stderr } = result;
  const reason = ok
    ? null
    : (failure ??
      (timedOut
        ? 'deadline passed'
        : cancelled
          ? 'cancelled'
          : signal !== null
            ? `ended by ${signal}`
            : `exit ${exitCode}`));
  const last = (stderr.tail || stderr.head || stdout.tail || stdout.head).trimEnd().split('\n').at(-1) ?? '';
  return { ok, exit_code: exitCode, reason, duration_ms: Math.round(durationMs), last_line: oneLine(last) };
}
