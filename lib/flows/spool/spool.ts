// `spool`: what waits for its remote, and sending it now.

import { formatDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { isRecord, type Json } from '../../base/json.ts';
import type { Paint } from '../../base/paint.ts';
import { oneLine } from '../../base/sanitize.ts';
import { tableLines } from '../../base/table.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import type { TelemetryDesk } from '../../run/telemetry-desk.ts';
import type { SpoolKind } from '../../services/spool/record.ts';
import type { FlushReport } from '../../services/spool/spool.ts';

type Ctx = Pick<Context, 'clock' | 'signal' | 'config' | 'run'>;

export async function tendSpool(
  ctx: Ctx & Pick<Context, 'openTelemetryDesk'>,
  invocation: Invocation,
): Promise<Outcome> {
  const desk = await ctx.openTelemetryDesk();
  return invocation.verb === 'flush' ? flush(ctx, desk, invocation.on('all')) : list(ctx, desk);
}

interface Row {
  readonly kind: string;
  readonly about: string;
  readonly at_ms: number;
  readonly run_id: string | null;
  /** Who does not have it yet. */
  readonly remote: string;
}

interface Waiting {
  readonly remote: string;
  readonly count: number;
  /** Null when nothing bad is known of it. */
  readonly why: string | null;
  readonly left_alone_ms: number;
}

async function list(ctx: Ctx, desk: TelemetryDesk): Promise<Outcome> {
  const rows = await readRows(desk);
  const remotes = await readRemotes(ctx, desk, rows);
  const { maxAgeMs, maxRecords } = ctx.config.telemetry.spool;
  const nowMs = ctx.clock.wallMs();
  return {
    exit: EXIT.ok,
    summary: rows.length === 0 ? 'nothing waits' : `${rows.length} waiting`,
    report: {
      schema: 'mdops.spool/1',
      waiting: rows.map((row) => ({ ...row, at: new Date(row.at_ms).toISOString() })),
      remotes: remotes.map((remote) => ({ ...remote })),
      bounds: { max_age_ms: maxAgeMs, max_records: maxRecords },
    },
    ...(rows.length === 0
      ? {}
      : { view: (paint, within) => [...listLines(rows, nowMs, paint, within), ...nextLines(remotes, paint)] }),
  };
}

/** Pages first: somebody should have been woken. */
async function readRows(desk: TelemetryDesk): Promise<Row[]> {
  const pages = (await desk.pages()).map(({ what, target, summary, since_ms }) => {
    return { kind: what, about: `${target}: ${summary}`, at_ms: since_ms, run_id: null, remote: 'pagerduty' };
  });
  const records = (await desk.records()).map(({ kind, at_ms, run_id, body }) => {
    return { kind, about: aboutOf(body), at_ms, run_id, remote: remoteOf(kind, body) };
  });
  const groups = (await desk.groups()).map(({ job, environment, target, since_ms }) => {
    const about = [job, environment, ...(target === null ? [] : [target])].join(' / ');
    return { kind: 'push group', about, at_ms: since_ms, run_id: null, remote: 'pushgateway' };
  });
  const byAge = (a: Row, b: Row): number => a.at_ms - b.at_ms;
  return [...pages.sort(byAge), ...[...records, ...groups].sort(byAge)];
}

function remoteOf(kind: SpoolKind, body: Json): string {
  if (kind === 'metrics') return 'pushgateway';
  if (kind === 'annotation') return 'grafana';
  return isRecord(body) && typeof body['method'] === 'string' ? body['method'] : 'chat';
}

async function readRemotes({ config }: Ctx, desk: TelemetryDesk, rows: readonly Row[]): Promise<Waiting[]> {
  const names = [...new Set(rows.map(({ remote }) => remote))];
  return Promise.all(
    names.map(async (remote) => {
      const trouble = await desk.trouble(remote);
      const isMute = remote === 'pagerduty' && config.remotes.pagerduty.routingKey === undefined;
      const why = isMute ? 'no routing key is configured here' : (trouble?.reason ?? null);
      // A page is tried by every run, whatever the last one found.
      const left_alone_ms = remote === 'pagerduty' ? 0 : (trouble?.waitMs ?? 0);
      return { remote, count: rows.filter((row) => row.remote === remote).length, why, left_alone_ms };
    }),
  );
}

/** A few words of what the record holds. */
function aboutOf(body: Json): string {
  const text = JSON.stringify(body);
  const named = /"(?:title|text|job)":"((?:[^"\\]|\\.){1,80})/.exec(text);
  return named?.[1] ?? text.slice(0, 60);
}

function listLines(rows: readonly Row[], nowMs: number, paint: Paint, within: number): string[] {
  const columns = [
    { title: 'KIND' },
    { title: 'ABOUT', cuts: true },
    { title: 'AGE', align: 'right' as const },
    { title: 'FOR' },
    { title: 'RUN' },
  ];
  const cells = rows.map(({ kind, about, at_ms, run_id, remote }) => {
    const age = formatDuration(Math.max(0, nowMs - at_ms));
    const isPage = remote === 'pagerduty';
    return [
      isPage ? paint.bad(kind) : kind,
      oneLine(about, 80),
      age,
      remote,
      run_id === null ? '' : paint.faint(run_id),
    ];
  });
  return tableLines(columns, cells, within);
}

function nextLines(remotes: readonly Waiting[], paint: Paint): string[] {
  const lines = remotes.map(({ remote, why, left_alone_ms }) => {
    const next = left_alone_ms > 0 ? `asked again in ${formatDuration(left_alone_ms)}` : 'asked again by the next run';
    return why === null ? `${remote}: ${next}` : `${paint.warn(`${remote}: ${oneLine(why)}`)}; ${next}`;
  });
  return ['', ...lines, paint.faint('now: mdops spool flush')];
}

async function flush({ signal, run }: Ctx, desk: TelemetryDesk, everything: boolean): Promise<Outcome> {
  const report = await desk.flush(everything, signal);
  const isShort = !run.isDryRun && (report.kept > 0 || report.dropped > 0);
  const summary = report.busy ? 'another run is flushing the spool now' : describeFlush(report, run.isDryRun);
  return {
    exit: report.busy ? EXIT.busy : isShort ? EXIT.warning : EXIT.ok,
    summary,
    report: { schema: 'mdops.spool-flush/1', ...report },
    view: (paint) => [summary, ...report.problems.map((problem) => paint.warn(problem))],
  };
}

function describeFlush({ delivered, kept, dropped, problems }: FlushReport, isDryRun: boolean): string {
  if (delivered + kept + dropped === 0 && problems.length === 0) return 'nothing waited';
  return isDryRun ? `would send ${kept}` : `${delivered} delivered, ${kept} still waiting, ${dropped} given up`;
}
