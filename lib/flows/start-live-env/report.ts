// What a start or a stop answers: the table of components, what failed and its last words.

import { formatDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Paint } from '../../base/paint.ts';
import { oneLine } from '../../base/sanitize.ts';
import { tableLines } from '../../base/table.ts';
import { formatInZone } from '../../base/zoned-time.ts';
import type { Checkpoint } from '../../domain/components/checkpoint.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { ComponentResult, Ending } from './bring-up.ts';
import type { Chosen } from './environment.ts';

interface Started {
  readonly ctx: Pick<Context, 'config'>;
  readonly chosen: Chosen;
  readonly results: readonly ComponentResult[];
  readonly rolledBack: readonly ComponentResult[];
  readonly isReal: boolean;
  readonly isReady: boolean;
  readonly durationMs: number;
  readonly checkpoint: Checkpoint | null;
  readonly line: string;
}

export function startOutcome(started: Started): Outcome {
  const { ctx, chosen, results, rolledBack, isReal, isReady, durationMs, checkpoint, line } = started;
  const { profile, timezone } = ctx.config;
  const planned = results.filter(({ ending }) => ending === 'planned').length;
  const summary = !isReal
    ? `${profile}: would bring up ${planned} of ${results.length} on the ${chosen.route} route`
    : isReady
      ? `${profile}: ${chosen.components.size} components ready on the ${chosen.route} route in ${formatDuration(durationMs)}`
      : failureSummary(profile, results, rolledBack);
  const due = checkpoint === null ? null : { ...checkpoint, due: formatInZone(checkpoint.dueMs, timezone) };
  return {
    exit: isReady ? EXIT.ok : EXIT.critical,
    summary,
    report: {
      schema: 'mdops.live-env/1',
      environment: profile,
      route: chosen.route,
      ready: isReal && isReady,
      planned: !isReal,
      duration_ms: Math.round(durationMs),
      components: results.map(resultDocument),
      rolled_back: rolledBack.map(resultDocument),
      left_out: chosen.leftOut.map((left) => ({ ...left })),
      checkpoint: due === null ? null : { window: due.window, due: due.due, verdict: due.verdict },
    },
    view: (paint, columns) => [
      ...resultTable(results, paint, columns),
      ...chosen.leftOut.map(({ name, reason }) => paint.faint(`left out: ${name} (${reason})`)),
      ...failureLines(results, paint),
      ...(rolledBack.length === 0 ? [] : ['', 'undone:', ...resultTable(rolledBack, paint, columns)]),
      ...(due === null ? [] : [checkpointLine(due, isReady, paint)]),
      '',
      isReady ? paint.good(summary) : paint.bad(summary),
      line,
    ],
  };
}

function failureSummary(
  profile: string,
  results: readonly ComponentResult[],
  undone: readonly ComponentResult[],
): string {
  const failed = results.filter(({ ending }) => ending === 'failed');
  const what = failed.map(({ name, detail }) => `${name} ${detail}`).join('; ');
  const left = undone.filter(({ ending }) => ending === 'failed').map(({ name }) => name);
  const rest =
    left.length > 0
      ? `; could not undo ${left.join(', ')}`
      : undone.length > 0
        ? `; what this run had started is stopped again`
        : '';
  return `${profile} is not ready: ${what}${rest}`;
}

interface Stopped {
  readonly profile: string;
  readonly results: readonly ComponentResult[];
  readonly durationMs: number;
  readonly isReal: boolean;
  readonly isGone: boolean;
  readonly line: string;
}

export function stopOutcome({ profile, results, durationMs, isReal, isGone, line }: Stopped): Outcome {
  const failed = results.filter(({ ending }) => ending === 'failed');
  const planned = results.filter(({ ending }) => ending === 'planned').length;
  const summary = !isReal
    ? `${profile}: would stop ${planned} of ${results.length} components`
    : isGone
      ? `${profile}: ${results.length} components stopped in ${formatDuration(durationMs)}`
      : `${profile} is not stopped: ${failed.map(({ name, detail }) => `${name} ${detail}`).join('; ')}`;
  return {
    exit: isGone ? EXIT.ok : EXIT.critical,
    summary,
    report: {
      schema: 'mdops.live-env-stop/1',
      environment: profile,
      stopped: isReal && isGone,
      planned: !isReal,
      duration_ms: Math.round(durationMs),
      components: results.map(resultDocument),
    },
    view: (paint, columns) => [
      ...resultTable(results, paint, columns),
      ...failureLines(results, paint),
      '',
      isGone ? paint.good(summary) : paint.bad(summary),
      line,
    ],
  };
}

function resultDocument({ name, ending, detail, durationMs, output }: ComponentResult): JsonObject {
  return {
    name,
    state: ending,
    detail,
    duration_ms: Math.round(durationMs),
    ...(output.length === 0 ? {} : { output }),
  };
}

const ENDING_PAINT = {
  ready: (paint) => paint.good,
  'already ready': (paint) => paint.good,
  stopped: (paint) => paint.good,
  'already stopped': (paint) => paint.faint,
  planned: (paint) => paint.accent,
  failed: (paint) => paint.bad,
  cancelled: (paint) => paint.warn,
  'not begun': (paint) => paint.faint,
} satisfies Record<Ending, (paint: Paint) => (text: string) => string>;

function resultTable(results: readonly ComponentResult[], paint: Paint, columns: number): readonly string[] {
  const heads = [
    { title: 'COMPONENT' },
    { title: 'STATE' },
    { title: 'TOOK', align: 'right' as const },
    { title: 'SEEN', cuts: true },
  ];
  const rows = results.map(({ name, ending, detail, durationMs }) => [
    name,
    ENDING_PAINT[ending](paint)(ending),
    ending === 'not begun' ? '' : formatDuration(durationMs),
    oneLine(detail),
  ]);
  return tableLines(heads, rows, columns);
}

function failureLines(results: readonly ComponentResult[], paint: Paint): readonly string[] {
  return results
    .filter(({ ending, output }) => ending === 'failed' && output.length > 0)
    .flatMap(({ name, output }) => [
      '',
      paint.strong(`last output of ${name}:`),
      ...output.map((line) => `  ${oneLine(line, 300)}`),
    ]);
}

function checkpointLine(due: Checkpoint & { readonly due: string }, isReady: boolean, paint: Paint): string {
  const text = `T-5 checkpoint of the ${due.window} session, due ${due.due.slice(11, 16)}: `;
  if (!isReady) return text + paint.bad('missed, not ready');
  return text + (due.verdict === 'in time' ? paint.good('met') : paint.warn(due.verdict));
}
