// `spool`: what waits for its remote, and sending it now.

import { formatDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import type { Json } from '../../base/json.ts';
import type { Paint } from '../../base/paint.ts';
import { tableLines } from '../../base/table.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';

type Ctx = Pick<Context, 'telemetry' | 'clock' | 'signal' | 'config'>;

export async function tendSpool(ctx: Ctx, invocation: Invocation): Promise<Outcome> {
  return invocation.verb === 'flush' ? flush(ctx, invocation.on('all')) : list(ctx);
}

interface Row {
  readonly kind: string;
  readonly about: string;
  readonly at_ms: number;
  readonly run_id: string | null;
}

async function list(ctx: Ctx): Promise<Outcome> {
  const rows = await readRows(ctx);
  const { maxAgeMs, maxRecords } = ctx.config.telemetry.spool;
  const nowMs = ctx.clock.wallMs();
  return {
    exit: EXIT.ok,
    summary: rows.length === 0 ? 'nothing waits' : `${rows.length} waiting`,
    report: {
      schema: 'mdops.spool/1',
      waiting: rows.map((row) => ({ ...row, at: new Date(row.at_ms).toISOString() })),
      bounds: { max_age_ms: maxAgeMs, max_records: maxRecords },
    },
    ...(rows.length === 0 ? {} : { view: (paint) => listLines(rows, nowMs, paint) }),
  };
}

async function readRows({ telemetry }: Ctx): Promise<Row[]> {
  const records = await telemetry.records();
  const groups = await telemetry.groups();
  return [
    ...records.map(({ kind, at_ms, run_id, body }) => ({ kind, about: aboutOf(body), at_ms, run_id })),
    ...groups.map(({ job, environment, target, since_ms }) => {
      const about = [job, environment, ...(target === null ? [] : [target])].join(' / ');
      return { kind: 'push group', about, at_ms: since_ms, run_id: null };
    }),
  ].sort((a, b) => a.at_ms - b.at_ms);
}

/** A few words of what the record holds. */
function aboutOf(body: Json): string {
  const text = JSON.stringify(body);
  const named = /"(?:title|text|job)":"((?:[^"\\]|\\.){1,80})/.exec(text);
  return named?.[1] ?? text.slice(0, 60);
}

function listLines(rows: readonly Row[], nowMs: number, paint: Paint): string[] {
  const columns = [{ title: 'KIND' }, { title: 'ABOUT' }, { title: 'AGE', align: 'right' as const }, { title: 'RUN' }];
  const cells = rows.map(({ kind, about, at_ms, run_id }) => {
    return [kind, about, formatDuration(Math.max(0, nowMs - at_ms)), run_id === null ? '' : paint.faint(run_id)];
  });
  return tableLines(columns, cells);
}

async function flush({ telemetry, signal }: Ctx, everything: boolean): Promise<Outcome> {
  const report = await telemetry.flush(everything, signal);
  const counts = `${report.delivered} delivered, ${report.kept} still waiting, ${report.dropped} given up`;
  const summary = report.busy ? 'another run is flushing the spool now' : counts;
  return {
    exit: report.busy ? EXIT.busy : report.kept > 0 || report.dropped > 0 ? EXIT.warning : EXIT.ok,
    summary,
    report: { schema: 'mdops.spool-flush/1', ...report },
    view: (paint) => [summary, ...report.problems.map((problem) => paint.warn(problem))],
  };
}
