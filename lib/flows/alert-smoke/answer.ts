// The answer of a smoke: a table for people, a document and JUnit for machines.

import { count } from '../../base/count.ts';
import { formatDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Paint } from '../../base/paint.ts';
import { tableLines } from '../../base/table.ts';
import { lastOf } from '../../domain/alert-smoke/track.ts';
import { renderJunit } from '../../domain/junit.ts';
import type { Outcome } from '../../run/command.ts';
import type { Probe, SmokeRun } from './smoke-run.ts';

interface Leg {
  readonly tookMs: number;
  /** Beyond scrape + evaluation + waiting + grouping, each at its longest. */
  readonly overheadMs: number;
}

export function answerSmoke(run: SmokeRun, durationMs: number): Outcome {
  const tried = run.probes.filter(({ skipped }) => skipped === null);
  const failed = tried.filter(({ failure }) => failure !== null);
  const overheads = tried.flatMap((probe) =>
    [fireLeg(probe), resolveLeg(probe)].flatMap((leg) => leg?.overheadMs ?? []),
  );
  const median = medianOf(overheads);
  const skipped = run.probes.length - tried.length;
  // What was only skipped is no proof.
  const verdict = tried.length === 0 ? 'unknown' : failed.length === 0 ? 'proven' : 'failed';
  const summary = {
    unknown: `no alert was tried, ${skipped} skipped`,
    proven: `${count(tried.length, 'alert')} proven, firing and resolved, in ${formatDuration(durationMs)}${skipped > 0 ? `, ${skipped} skipped` : ''}`,
    failed: `${failed.length} of ${count(tried.length, 'alert')} did not arrive`,
  }[verdict];
  return {
    exit: { unknown: EXIT.unknown, proven: EXIT.ok, failed: EXIT.critical }[verdict],
    summary,
    report: {
      schema: 'mdops.alert-smoke/1',
      verdict,
      speed: run.factor,
      duration_ms: Math.round(durationMs),
      overhead_median_ms: median,
      alerts: run.probes.map(documentOf),
      untried: [...run.untried],
    },
    view: (paint) => [
      ...tableLines(
        COLUMNS,
        run.probes.map((probe) => row(probe, paint)),
      ),
      ...failed.map(({ smoke, failure }) =>
        paint.bad(`${smoke.name}: stopped at "${failure?.hop}": ${failure?.cause}: ${failure?.detail}`),
      ),
      ...(run.untried.length === 0 ? [] : [paint.faint(untriedLine(run.untried))]),
      paint.faint(
        `durations divided by ${run.factor}; overhead beyond scrape + evaluation + for + group_wait: median ${median ?? '-'} ms`,
      ),
      verdict === 'proven' ? paint.good(summary) : paint.bad(summary),
    ],
  };
}

function untriedLine(untried: readonly string[]): string {
  return `not tried: ${untried.length} alerts of objectives: no push fills their windows of days; "mdops rules test" proves their rules`;
}

const COLUMNS = [
  { title: 'ALERT' },
  { title: 'SEVERITY' },
  { title: 'FIRED', align: 'right' },
  { title: 'OVERHEAD', align: 'right' },
  { title: 'RESOLVED', align: 'right' },
  { title: 'OVERHEAD', align: 'right' },
  { title: '' },
] as const;

function row(probe: Probe, paint: Paint): string[] {
  const { smoke, failure, skipped } = probe;
  const end =
    skipped !== null
      ? paint.faint(`skipped: ${skipped}`)
      : failure === null
        ? paint.good('proven')
        : paint.bad(`${failure.hop}: ${failure.cause}`);
  return [smoke.name, smoke.severity, ...cells(fireLeg(probe)), ...cells(resolveLeg(probe)), end];
}

function cells(leg: Leg | null): string[] {
  return leg === null ? ['-', '-'] : [formatDuration(leg.tookMs), `${leg.overheadMs} ms`];
}

/** Null while it has not been told to every receiver. */
function fireLeg({ smoke, track }: Probe): Leg | null {
  const end = lastOf(track.received);
  // What fires from the first evaluation on was not started by anybody.
  if (end === null || track.pushedMs === null || smoke.stimulus.kind === 'always') return null;
  return legOf(end - track.pushedMs, smoke.best.fireMs);
}

function resolveLeg({ smoke, track }: Probe): Leg | null {
  const end = lastOf(track.resolved);
  if (end === null || track.recoveryPushedMs === null || smoke.stimulus.kind === 'always') return null;
  return legOf(end - track.recoveryPushedMs, smoke.best.resolveMs);
}

function legOf(tookMs: number, bestMs: number): Leg {
  return { tookMs: Math.round(tookMs), overheadMs: Math.round(tookMs - bestMs) };
}

function medianOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)]!;
}

function documentOf(probe: Probe): JsonObject {
  const { smoke, track, failure, skipped } = probe;
  const since = (atMs: number | null): number | null =>
    atMs === null || track.pushedMs === null ? null : Math.round(atMs - track.pushedMs);
  const [fire, resolve] = [fireLeg(probe), resolveLeg(probe)];
  return {
    alert: smoke.alert,
    severity: smoke.severity,
    receivers: smoke.receivers,
    nonce: smoke.nonce,
    verdict: skipped !== null ? 'skipped' : failure === null ? 'proven' : 'failed',
    failure: failure === null ? null : { ...failure },
    skipped,
    minimum_ms: { ...smoke.best },
    hops_ms: {
      pushed: since(track.pushedMs),
      scraped: since(track.scrapedMs),
      pending: since(track.pendingMs),
      firing: since(track.firingMs),
      notified: since(track.notifiedMs),
      received: since(lastOf(track.received)),
      recovered: since(track.recoveryPushedMs),
      inactive: since(track.inactiveMs),
      resolved: since(lastOf(track.resolved)),
    },
    fire: fire === null ? null : { took_ms: fire.tookMs, overhead_ms: fire.overheadMs },
    resolve: resolve === null ? null : { took_ms: resolve.tookMs, overhead_ms: resolve.overheadMs },
  };
}

export function junitOf({ probes }: SmokeRun): string {
  const cases = probes.map((probe) => {
    const { smoke, failure, skipped } = probe;
    const seconds = (fireLeg(probe)?.tookMs ?? 0) / 1_000 + (resolveLeg(probe)?.tookMs ?? 0) / 1_000;
    return {
      name: smoke.name,
      seconds,
      ...(failure === null ? {} : { failure: `${failure.hop}: ${failure.cause}`, details: failure.detail }),
      ...(skipped === null ? {} : { skipped }),
    };
  });
  return renderJunit([{ name: 'alert-smoke', cases }]);
}
