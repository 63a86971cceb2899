// A run that changes something, shown to people: one chat message and one region on the dashboards, from start to end.

import { formatDuration } from '../base/duration.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import { oneLine } from '../base/sanitize.ts';
import { type Annotation, createGrafanaAnnotations, type GrafanaAnnotations } from '../clients/grafana/annotations.ts';
import { annotationBody } from '../clients/grafana/spooled-annotations.ts';
import type { Notification, Severity } from '../services/notify/notification.ts';
import { loginHeaders } from '../services/remote/login.ts';
import type { Context } from './context.ts';
import type { FinishedRun } from './finished-run.ts';

export interface Announcement {
  /** The chat message's last words. */
  tellEnd(finished: FinishedRun, signal: AbortSignal): Promise<readonly string[]>;
  /** The region's end; into the spool when Grafana does not take it. */
  closeRegion(finished: FinishedRun, signal: AbortSignal): Promise<readonly string[]>;
}

const LONGEST_SUMMARY = 300;

/** Returns at once: the run does not wait for anybody to hear of it. */
export function announceRun(ctx: Context): Announcement {
  const startMs = ctx.clock.wallMs();
  const grafana = annotationsOf(ctx);
  const begun = { start_ms: startMs, text: `${headline(ctx)} by ${ctx.run.operator}`, tags: tagsOf(ctx, 'running') };
  const region = grafana?.write(begun, ctx.signal).catch(() => null) ?? Promise.resolve(null);
  const message = tell(ctx, { title: `${headline(ctx)} begins`, severity: 'info', isInterim: true }).catch(() => []);
  return {
    tellEnd: async (finished, signal) => {
      const title = `${headline(ctx)}: ${ending(finished)}`;
      // In order: the end must not be overtaken by the beginning.
      const words = { title, text: finished.summary, severity: severityOf(finished.exit), replaces: message };
      const results = await tell(ctx, { ...words, signal });
      return results.flatMap(({ method, delivery }) => (delivery.ok ? [] : [`${method}: ${delivery.reason}`]));
    },
    closeRegion: async (finished, signal) => {
      if (grafana === null) return [];
      const id = await Promise.race([
        region.then((answer) => (answer?.ok === true ? answer.id : null)),
        whenAborted(signal),
      ]);
      return closeRegion(ctx, grafana, id ?? null, { ...begun, ...endOf(ctx, finished) }, signal);
    },
  };
}

export function annotationsOf(ctx: Pick<Context, 'config' | 'remotes'>): GrafanaAnnotations | null {
  const { url, timeoutMs, dashboardUid, panelId, ...login } = ctx.config.remotes.grafana;
  if (url === undefined) return null;
  const remote = ctx.remotes.of('grafana');
  return createGrafanaAnnotations({ remote, url, headers: loginHeaders(login), timeoutMs, dashboardUid, panelId });
}

async function closeRegion(
  ctx: Context,
  grafana: GrafanaAnnotations,
  id: number | null,
  annotation: Required<Annotation>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const answer = id === null ? await grafana.write(annotation, signal) : await grafana.close(id, annotation, signal);
  if (answer.ok) {
    ctx.log.event('annotation_written', annotation.text, { level: 'debug' });
    return [];
  }
  if (!answer.retryable) return [`grafana: ${answer.reason}`];
  const kept = await ctx.spool.add('annotation', annotationBody({ id, annotation }));
  return [`grafana: ${answer.reason}${kept.ok ? '' : `; it could not be kept: ${kept.reason}`}`];
}

interface Words {
  readonly title: string;
  readonly text?: string;
  readonly severity: Severity;
  readonly isInterim?: boolean;
  readonly replaces?: Promise<unknown>;
  readonly signal?: AbortSignal;
}

async function tell(ctx: Context, { signal, replaces, text = '', ...words }: Words) {
  const notification: Notification = {
    action: 'tell',
    key: `run/${ctx.run.id}`,
    text,
    source: ctx.run.target ?? ctx.run.command,
    facts: { operator: ctx.run.operator, environment: ctx.run.environment, run: ctx.run.id },
    links: [],
    at_ms: ctx.clock.wallMs(),
    ...words,
  };
  const budgetMs = ctx.config.remotes.slack.timeoutMs;
  const notifier = await ctx.openNotifier();
  return notifier.notify(notification, {
    budgetMs,
    ...(signal === undefined ? {} : { signal }),
    ...(replaces === undefined ? {} : { replaces }),
  });
}

function headline({ run, redact }: Context): string {
  const target = run.target === null || run.target === run.environment ? '' : ` on ${redact(run.target)}`;
  return `${run.command}${run.verb === null ? '' : ` ${run.verb}`}${target} (${run.environment})`;
}

function ending({ exit, durationMs }: FinishedRun): string {
  return `exit ${exit} after ${formatDuration(durationMs)}`;
}

function endOf(ctx: Context, finished: FinishedRun): { end_ms: number; text: string; tags: string[] } {
  // Which route, and how long it took: the summary says it.
  const said = oneLine(ctx.redact(finished.summary), LONGEST_SUMMARY);
  const text = `${headline(ctx)} by ${ctx.run.operator}: ${ending(finished)}: ${said}, run ${ctx.run.id}`;
  return {
    end_ms: ctx.clock.wallMs(),
    text,
    tags: tagsOf(ctx, finished.exit === EXIT.ok ? 'ok' : `exit-${finished.exit}`),
  };
}

function tagsOf({ run }: Context, state: string): string[] {
  return ['mdops', run.command, run.environment, state];
}

function severityOf(exit: ExitCode): Severity {
  return exit === EXIT.ok ? 'info' : exit === EXIT.warning ? 'warning' : 'critical';
}

function whenAborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}
