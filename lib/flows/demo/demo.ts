// `demo`: the day from start to summary, and everything it started ended again.

import { formatDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import type { Json } from '../../base/json.ts';
import type { Paint } from '../../base/paint.ts';
import { tableLines } from '../../base/table.ts';
import type { Outcome } from '../../run/command.ts';
import type { Invocation } from '../../run/invocation.ts';
import { type Day, type Proof, STAGES } from './day.ts';
import { bringStackUp } from './demo-stack.ts';
import { createOperator, type Operate } from './operate.ts';
import { type DemoContext, demoDirectory, preparePlace } from './place.ts';
import { createProbes } from './probes.ts';

interface Told extends Proof {
  readonly title: string;
  readonly state: 'proven' | 'failed' | 'left out';
}

export async function playDemo(ctx: DemoContext, invocation: Invocation): Promise<Outcome> {
  // Of what is not started nothing can be proven.
  if (ctx.run.isDryRun) return planDay();
  const cleanUp = createOperator(ctx, demoDirectory(ctx));
  // What a killed demo left is ended first.
  if ((await ctx.files.info(demoDirectory(ctx))) !== null) await endEverything(ctx, cleanUp);
  const since = ctx.clock.monotonicMs();
  try {
    const { day, reduced } = await morning(ctx);
    const told = await tellDay(ctx, day);
    const tookMs = ctx.clock.monotonicMs() - since;
    const addresses = { ...day.stack?.urls, ...day.place.urls };
    const stays = !invocation.on('once') && ctx.person.isPresent;
    if (stays) await stayUp(ctx, addresses);
    return summarize(told, reduced, addresses, tookMs, stays);
  } finally {
    await endEverything(ctx, cleanUp);
  }
}

function planDay(): Outcome {
  const stages = STAGES.map(({ title }) => title);
  const summary = `would play a trading day of ${stages.length} stages`;
  return {
    exit: EXIT.ok,
    summary,
    report: { schema: 'mdops.demo/1', planned: true, stages },
    view: () => [...stages.map((title, index) => `${index + 1}. ${title}`), summary],
  };
}

async function morning(ctx: DemoContext): Promise<{ day: Day; reduced: string | null }> {
  const place = await preparePlace(ctx);
  const operate = createOperator(ctx, place.directory, ctx.signal);
  ctx.progress.update('starting Prometheus, Pushgateway and Alertmanager');
  const brought = await bringStackUp(operate);
  const env: Record<string, string> = brought.stack === null ? {} : { PUSHGATEWAY_URL: brought.stack.pushgateway };
  const reduced = brought.stack === null ? `without alerts: ${brought.reason}` : null;
  if (reduced === null) ctx.log.event('message', 'Prometheus, Pushgateway and Alertmanager are up, in quick motion');
  else ctx.log.event('message', `reduced: ${reduced}`, { level: 'warn' });
  return { day: { operate, probes: createProbes(ctx, place), place, stack: brought.stack, env }, reduced };
}

async function tellDay(ctx: DemoContext, day: Day): Promise<Told[]> {
  const told: Told[] = [];
  for (const [index, { title, isPossible, play }] of STAGES.entries()) {
    const heading = `${index + 1}/${STAGES.length}  ${title}`;
    if (isPossible?.(day) === false) {
      told.push({ title, state: 'left out', holds: true, story: 'needs Prometheus', line: null, durationMs: null });
      ctx.log.event('message', `${heading}: left out, needs Prometheus`, { level: 'warn' });
      continue;
    }
    ctx.progress.update(title);
    const since = ctx.clock.monotonicMs();
    const seen = await play(day);
    const tookMs = ctx.clock.monotonicMs() - since;
    const state = seen.holds ? 'proven' : 'failed';
    told.push({ ...seen, title, state, durationMs: tookMs });
    ctx.log.event('message', `${heading}: ${seen.story}`, {
      level: seen.holds ? 'info' : 'error',
      duration_ms: tookMs,
    });
    // A day that went wrong is not told further: what follows would only repeat it.
    if (!seen.holds) break;
  }
  return told;
}

const WAITS_MS = 3_600_000;

async function stayUp(ctx: DemoContext, addresses: Readonly<Record<string, string>>): Promise<void> {
  ctx.log.event('message', 'the environment stays up; look around, Ctrl-C ends it');
  for (const [name, url] of Object.entries(addresses)) ctx.log.event('message', `  ${name.padEnd(14)}${url}`);
  // Somebody has to be awake: nothing else keeps the program from ending here.
  while (!ctx.signal.aborted) await ctx.clock.sleep(WAITS_MS, ctx.signal).catch(() => {});
}

async function endEverything(ctx: DemoContext, operate: Operate): Promise<void> {
  ctx.progress.update('ending what was started');
  await Promise.all([operate(['start-live-env', 'stop', '--yes']), operate(['stack', 'down'])]);
  await ctx.files.remove(demoDirectory(ctx));
}

function summarize(
  told: readonly Told[],
  reduced: string | null,
  addresses: Readonly<Record<string, string>>,
  tookMs: number,
  stayed: boolean,
): Outcome {
  const failed = told.filter(({ state }) => state === 'failed');
  const proven = told.filter(({ state }) => state === 'proven').length;
  const summary =
    failed.length === 0
      ? `a trading day in ${formatDuration(tookMs)}: ${proven} of ${STAGES.length} stages proven${reduced === null ? '' : ` (${reduced})`}`
      : `the day broke at "${failed[0]?.title}": ${failed[0]?.story}`;
  return {
    exit: failed.length === 0 ? EXIT.ok : EXIT.critical,
    summary,
    report: {
      schema: 'mdops.demo/1',
      stages: told.map((stage) => ({ ...stage })) as unknown as Json,
      reduced,
      addresses,
    },
    view: (paint, within) => summaryLines(told, summary, paint, within),
    endsBySignal: stayed,
  };
}

function summaryLines(told: readonly Told[], summary: string, paint: Paint, within: number): string[] {
  const mark = { proven: paint.good('✓'), failed: paint.bad('✗'), 'left out': paint.warn('–') };
  const rows = told.map(({ title, state, story, durationMs, line }) => [
    mark[state],
    title,
    durationMs === null ? '' : formatDuration(durationMs),
    story,
    line === null ? '' : paint.faint(line),
  ]);
  const columns = [
    { title: '' },
    { title: 'STAGE' },
    { title: 'TOOK', align: 'right' as const },
    { title: 'SEEN', cuts: true },
    { title: 'COMMAND' },
  ];
  return ['', ...tableLines(columns, rows, within), '', summary];
}
