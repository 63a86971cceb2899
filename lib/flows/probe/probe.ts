// `probe`: ask each target as a user would, at a fixed rate, and hold what came back against its objectives.

import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import { isFault } from '../../base/fault.ts';
import { METRIC } from '../../base/metric-names.ts';
import { percentileOf } from '../../domain/probe/tally.ts';
import { type Judgement, judgeProbe, type Verdict, worstVerdict } from '../../domain/probe/verdict.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import { openAsker } from './ask.ts';
import { type Driven, drive, type Seen } from './drive.ts';
import { agreeToLoad, type ProbePlan, planDocument, planProbes } from './plan.ts';
import { concludePlan, documentOf, type Probed, summaryOf } from './report.ts';
import { linesOf } from './view.ts';

export type ProbeContext = Pick<
  Context,
  | 'clock'
  | 'config'
  | 'http'
  | 'log'
  | 'metrics'
  | 'openControlPlane'
  | 'person'
  | 'progress'
  | 'redact'
  | 'run'
  | 'signal'
  | 'steps'
>;

export async function probeTargets(ctx: ProbeContext, invocation: Invocation): Promise<Outcome> {
  const plans = planProbes(ctx, invocation);
  await agreeToLoad(ctx, plans);
  const probe = ctx.run.isDryRun ? planOnly : lookAtAll;
  return probe(ctx, plans);
}

type Probe = (ctx: ProbeContext, plans: readonly ProbePlan[]) => Promise<Outcome>;

/** The same steps, of which none is sent. */
const planOnly: Probe = async (ctx, plans) => {
  for (const plan of plans) await step(ctx, plan, async () => null);
  return concludePlan(plans);
};

/** One after the other: together they would measure each other. */
const lookAtAll: Probe = async (ctx, plans) => {
  const probed: Probed[] = [];
  for (const plan of plans) {
    if (ctx.signal.aborted) break;
    await step(ctx, plan, async () => {
      const one = await lookAt(ctx, plan);
      probed.push(one);
      tell(ctx, one);
      return documentOf(one, ctx.redact);
    });
  }
  return conclude(ctx, probed, plans.length);
};

function step(ctx: ProbeContext, plan: ProbePlan, act: () => Promise<ReturnType<typeof documentOf> | null>) {
  return ctx.steps.run({ name: `probe ${plan.name}`, kind: 'idempotent', input: planDocument(plan), act });
}

async function lookAt(ctx: ProbeContext, plan: ProbePlan): Promise<Probed> {
  const asker = await openAsker(ctx, plan);
  try {
    const driven = await drive(ctx, plan, asker, (seen) => ctx.progress.update(progressLine(plan, seen)));
    return { plan, driven, judgement: judge(plan, driven) };
  } finally {
    await asker.close();
  }
}

function judge(plan: ProbePlan, { tallied, tookMs, latestMs }: Driven): Judgement {
  const judgement = judgeProbe(plan.objectives, tallied, tookMs);
  // As long as between two arrivals: then the rate was not the one that was asked for.
  if (latestMs < Math.max(50, 1_000 / plan.rate)) return judgement;
  const note = `this side sent up to ${Math.round(latestMs)} ms late: latencies include that`;
  return { ...judgement, notes: [...judgement.notes, note] };
}

function progressLine({ name, arrivals: planned }: ProbePlan, { arrivals, good, inFlight }: Seen): string {
  const failed = arrivals - good;
  return `${name}: ${arrivals} of ${planned} done${failed === 0 ? '' : `, ${failed} failed`}, ${inFlight} open`;
}

function tell(ctx: ProbeContext, { plan, driven, judgement }: Probed): void {
  const { name: probe } = plan;
  ctx.log.event('probe_result', `${probe}: ${judgement.verdict}`, {
    level: judgement.verdict === 'met' ? 'info' : 'warn',
    extra: { probe, verdict: judgement.verdict, arrivals: driven.tallied.arrivals, good: driven.tallied.good },
  });
  // Half a probe is nobody's measurement.
  if (driven.isInterrupted) return;
  for (const { objective, verdict } of judgement.objectives) {
    if (verdict === 'unknown') continue;
    ctx.metrics.set(METRIC.probeObjectiveMet, verdict === 'met' ? 1 : 0, { probe, objective: objective.name });
  }
  const { latencies, good } = driven.tallied;
  if (latencies.length === 0) return;
  ctx.metrics.set(METRIC.probeErrorRatio, (latencies.length - good) / latencies.length, { probe });
  ctx.metrics.set(METRIC.probeLastLook, ctx.clock.wallMs() / 1_000, { probe });
  for (const percentile of SHOWN) {
    const quantile = String(percentile / 10_000);
    ctx.metrics.set(METRIC.probeLatency, percentileOf(latencies, percentile), { probe, quantile });
  }
}

// Hundredths of a percent, as the label of a summary would say it: 0.5, 0.95, 0.99, 1.
const SHOWN = [5_000, 9_500, 9_900, 10_000];

function conclude(ctx: ProbeContext, probed: readonly Probed[], planned: number): Outcome {
  const isInterrupted = ctx.signal.aborted;
  const looked = worstVerdict(probed.map(({ judgement }) => judgement.verdict));
  const verdict: Verdict = isInterrupted && looked === 'met' ? 'unknown' : looked;
  const summary = summaryOf(verdict, probed, planned, isInterrupted);
  return {
    exit: isInterrupted ? endedBy(ctx.signal.reason) : EXIT_OF[verdict],
    summary,
    report: {
      schema: 'mdops.probe/1',
      verdict,
      interrupted: isInterrupted,
      targets: probed.map((one) => documentOf(one, ctx.redact)),
    },
    view: (paint, columns) => [...probed.flatMap((one) => linesOf(one, ctx, paint, columns)), summary],
    endsBySignal: true,
  };
}

const EXIT_OF = { met: EXIT.ok, unmet: EXIT.critical, unknown: EXIT.unknown } satisfies Record<Verdict, ExitCode>;

/** Half a probe is told, and its exit code says that it is half a one. */
function endedBy(reason: unknown): ExitCode {
  return isFault(reason) ? reason.exit : EXIT.unknown;
}
