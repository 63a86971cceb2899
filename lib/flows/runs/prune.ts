// `runs prune`: what ended long ago goes; what stays although its time is over is named.

import { formatBytes } from '../../base/bytes.ts';
import { count } from '../../base/count.ts';
import { formatDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Paint } from '../../base/paint.ts';
import { sanitize } from '../../base/sanitize.ts';
import { tableLines } from '../../base/table.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { RetentionReport } from '../../services/retention/retention.ts';

type Ctx = Pick<Context, 'retention' | 'steps' | 'signal' | 'config' | 'run' | 'progress'>;

export async function pruneRuns(ctx: Ctx): Promise<Outcome> {
  const { runs, logs } = ctx.config.retention;
  let report: RetentionReport | undefined;
  await ctx.steps.run({
    name: 'remove what retention lets go',
    kind: 'idempotent',
    input: { runs: { ...runs }, logs: { ...logs } },
    act: async () => {
      report = await ctx.retention.prune({
        isCancelled: () => ctx.signal.aborted,
        progress: (text) => ctx.progress.update(text),
      });
      return document(report);
    },
  });
  return answer(ctx, report ?? NOTHING);
}

const NOTHING: RetentionReport = { runs: 0, records: 0, streams: [], logs: { files: 0, bytes: 0 }, problems: [] };

function answer(ctx: Ctx, report: RetentionReport): Outcome {
  const kept = report.streams.reduce((sum, stream) => sum + stream.kept.length, 0);
  const would = ctx.run.isDryRun ? 'would be removed' : 'removed';
  const what = `${count(report.runs, 'run')} and ${count(report.logs.files, 'log')} (${formatBytes(report.logs.bytes)})`;
  const isNothing = report.runs === 0 && report.logs.files === 0;
  const done = isNothing ? 'nothing to remove' : `${what} ${would}`;
  const summary =
    kept === 0 ? done : `${done}; ${count(kept, 'run stays', 'runs stay')} beyond the time, because needed`;
  return {
    exit: report.problems.length === 0 ? EXIT.ok : EXIT.warning,
    summary,
    report: { schema: 'mdops.retention/1', ...document(report) },
    view: (paint) => [...streamLines(ctx, report, paint), summary, ...report.problems.map((why) => paint.warn(why))],
  };
}

/** Of what stays only reasons and counts: a latched budget can hold thousands of runs. */
function document({ runs, records, streams, logs, problems }: RetentionReport): JsonObject {
  const touched = streams.filter((stream) => stream.runs > 0 || stream.kept.length > 0);
  return {
    runs,
    records,
    streams: touched.map((stream) => ({ stream: stream.stream, removed: stream.runs, kept: reasonsOf(stream.kept) })),
    logs: { ...logs },
    problems,
  };
}

function reasonsOf(kept: RetentionReport['streams'][number]['kept']): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { why } of kept) counts[why] = (counts[why] ?? 0) + 1;
  return counts;
}

function streamLines({ config }: Ctx, { streams }: RetentionReport, paint: Paint): string[] {
  const touched = streams.filter((stream) => stream.runs > 0 || stream.kept.length > 0);
  if (touched.length === 0) return [];
  const { maxAgeMs, most } = config.retention.runs;
  const rows = touched.map((stream) => [
    sanitize(stream.stream),
    String(stream.runs),
    String(stream.kept.length),
    Object.entries(reasonsOf(stream.kept))
      .map(([why, count]) => `${count}: ${why}`)
      .join('; '),
  ]);
  return [
    paint.faint(`of each target or command: runs older than ${formatDuration(maxAgeMs)}, or beyond the newest ${most}`),
    ...tableLines(
      [{ title: 'TARGET' }, { title: 'GOES', align: 'right' }, { title: 'STAYS', align: 'right' }, { title: 'WHY' }],
      rows,
    ),
    '',
  ];
}
