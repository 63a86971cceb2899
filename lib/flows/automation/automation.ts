// `automation`: what automatic actions may do, and the switches that people hold.

import { formatDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { nearest } from '../../base/nearest.ts';
import type { Paint } from '../../base/paint.ts';
import { oneLine } from '../../base/sanitize.ts';
import { tableLines } from '../../base/table.ts';
import { formatInZone } from '../../base/zoned-time.ts';
import { isPaused, pausedForMs, usageOf } from '../../domain/governor/governor.ts';
import type { Incident } from '../../domain/incidents/incident.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import type { TargetView } from '../../services/governor/governor.ts';

type Ctx = Pick<Context, 'governor' | 'config' | 'incidents' | 'log' | 'run'>;

const VERBS = { status, pause, resume, ack, off, on } satisfies Record<
  string,
  (ctx: Ctx, invocation: Invocation) => Promise<Outcome>
>;

export async function steerAutomation(ctx: Ctx, invocation: Invocation): Promise<Outcome> {
  // Who says it believes that automation comes back by itself.
  if (invocation.isSet('for') && invocation.verb !== 'pause') {
    const message = `--for is how long a pause lasts; ${invocation.verb ?? 'status'} has no end of its own`;
    throw usage(message, 'mdops automation pause TARGET --for 2h --reason "venue maintenance"');
  }
  return VERBS[(invocation.verb ?? 'status') as keyof typeof VERBS](ctx, invocation);
}

async function status(ctx: Ctx): Promise<Outcome> {
  const targets = await ctx.governor.targets();
  const views = await Promise.all(targets.map(async (target) => ({ target, view: await ctx.governor.look(target) })));
  const { global } = (await ctx.governor.look(ctx.config.health.feedLabel)).orders;
  const isOff = global?.isOff === true;
  const latched = views.filter(({ view }) => view.state.latch !== null).map(({ target }) => target);
  const pages = (await ctx.incidents.list()).filter(isPageTrouble);
  const state = isOff ? `automation is OFF: ${oneLine(global.reason)} (${oneLine(global.by)})` : 'automation is on';
  const summary =
    latched.length === 0 ? state : `${state}; latched: ${latched.map((name) => oneLine(name)).join(', ')}`;
  return {
    exit: EXIT.ok,
    summary,
    report: {
      schema: 'mdops.automation/1',
      is_off: isOff,
      global: global === null ? null : { ...global, at: formatInZone(global.at.wallMs, ctx.config.timezone) },
      targets: views.map(({ target, view }) => targetDocument(ctx, target, view)),
      pages: pages.map(({ id, target, state, page, ending }) => ({ key: id, target, state, page, ending })),
    },
    view: (paint) => [
      isOff ? paint.bad(state) : paint.good(state),
      ...targetLines(ctx, views, paint),
      ...pages.map((incident) => pageLine(ctx, incident, paint)),
    ],
  };
}

/** What PagerDuty does not know yet, or will never know. */
function isPageTrouble({ state, page, ending }: Incident): boolean {
  return page === 'due' || ending === 'due' || ending === 'refused' || (page === 'refused' && state === 'open');
}

function pageLine(ctx: Ctx, { id, target, page, ending, updated_at_ms }: Incident, paint: Paint): string {
  const name = oneLine(target, 40);
  const since = formatInZone(updated_at_ms, ctx.config.timezone);
  if (page === 'refused' && ending === 'not due') {
    return paint.bad(`${name}: PagerDuty refused its page (${oneLine(id)}, ${since}): it woke nobody`);
  }
  if (ending === 'refused') {
    return paint.warn(
      `${name}: PagerDuty refused the end of its page (${oneLine(id)}, ${since}): close it there, then mdops automation ack ${name}`,
    );
  }
  const what = page === 'due' && ending !== 'due' ? 'page' : 'end of its page';
  return paint.bad(`${name}: the ${what} is not accepted yet; mdops spool shows why`);
}

function targetDocument(ctx: Ctx, target: string, { state, orders, now }: TargetView): JsonObject {
  const { remediationsPerHour, remediationsPerDay } = ctx.config.governor;
  const usage = usageOf(state, 'remediation', now);
  const { pause } = orders;
  return {
    target,
    remediations: {
      last_hour: usage.lastHour,
      per_hour: remediationsPerHour,
      last_day: usage.lastDay,
      per_day: remediationsPerDay,
    },
    latched: state.latch?.reason ?? null,
    paused:
      pause !== null && isPaused(pause, now)
        ? { for_ms: pausedForMs(pause, now), reason: pause.reason, by: pause.by }
        : null,
  };
}

function targetLines(ctx: Ctx, views: readonly { target: string; view: TargetView }[], paint: Paint): string[] {
  if (views.length === 0) return ['nothing was done automatically yet'];
  const { remediationsPerHour, remediationsPerDay } = ctx.config.governor;
  const rows = views.map(({ target, view: { state, orders, now } }) => {
    const usage = usageOf(state, 'remediation', now);
    return [
      oneLine(target, 40),
      `${usage.lastHour}/${remediationsPerHour}`,
      `${usage.lastDay}/${remediationsPerDay}`,
      describeState(target, { state, orders, now }, paint),
    ];
  });
  return tableLines([{ title: 'TARGET' }, { title: 'HOUR' }, { title: 'DAY' }, { title: 'STATE' }], rows);
}

function describeState(target: string, { state, orders: { pause }, now }: TargetView, paint: Paint): string {
  if (state.latch !== null) {
    return paint.bad(`latched: ${oneLine(state.latch.reason)}; mdops automation ack ${oneLine(target, 40)}`);
  }
  if (pause === null || !isPaused(pause, now)) return paint.good('free');
  return paint.warn(
    `paused for ${formatDuration(pausedForMs(pause, now))}: ${oneLine(pause.reason)} (${oneLine(pause.by)})`,
  );
}

async function pause(ctx: Ctx, invocation: Invocation): Promise<Outcome> {
  const target = targetOf(invocation);
  const forMs = invocation.number('for');
  const reason = invocation.text('reason');
  const isTimed = forMs !== undefined && forMs > 0;
  if (!isTimed || reason === undefined) {
    const wanted = [...(isTimed ? [] : ['how long']), ...(reason === undefined ? ['why'] : [])];
    const flags = [...(isTimed ? [] : ['--for 2h']), ...(reason === undefined ? ['--reason "venue maintenance"'] : [])];
    throw usage(`pause wants to know ${wanted.join(' and ')}`, `give ${flags.join(' ')}`);
  }
  const doubt = await doubtTarget(ctx, target);
  await ctx.governor.pause(target, forMs, reason);
  const paused = `automation of ${target} is paused for ${formatDuration(forMs)}: ${reason}`;
  return told(ctx, `${paused}${doubt}`, { target, for_ms: forMs, reason });
}

/** A slip of the pen would leave the real target to automation; a feed that has never been checked is no mistake. */
async function doubtTarget(ctx: Ctx, target: string): Promise<string> {
  const { feedLabel } = ctx.config.health;
  const known = new Set([
    feedLabel,
    'primary',
    'backup',
    `feeds-${ctx.run.environment}`,
    ...(await ctx.governor.targets()),
  ]);
  if (known.has(target)) return '';
  const near = nearest(target, [...known]);
  return `; nothing is known of a target of this name${near === undefined ? '' : `, did you mean ${near}?`}`;
}

async function resume(ctx: Ctx, invocation: Invocation): Promise<Outcome> {
  const target = targetOf(invocation);
  const wasPaused = await ctx.governor.resume(target);
  return told(ctx, wasPaused === false ? `${target} was not paused` : `automation of ${target} goes on`, { target });
}

async function ack(ctx: Ctx, invocation: Invocation): Promise<Outcome> {
  const target = targetOf(invocation);
  const wasLatched = await ctx.governor.acknowledge(target);
  const wasRefused = await ctx.incidents.closedByHand(target);
  const budget = wasLatched ? `${target} is acknowledged: its budget is full again` : `${target} was not latched`;
  const summary = wasRefused ? `${budget}; its page counts as closed by hand` : budget;
  return told(ctx, summary, { target });
}

async function off(ctx: Ctx, invocation: Invocation): Promise<Outcome> {
  const reason = invocation.text('reason') ?? 'no reason given';
  await ctx.governor.switchAll(true, reason);
  return told(ctx, `all automation is off: ${reason}`, { reason });
}

async function on(ctx: Ctx, invocation: Invocation): Promise<Outcome> {
  const reason = invocation.text('reason') ?? 'no reason given';
  await ctx.governor.switchAll(false, reason);
  return told(ctx, 'automation is on', { reason });
}

function told(ctx: Ctx, summary: string, facts: JsonObject): Outcome {
  ctx.log.event('automation_changed', oneLine(summary), { extra: { ...facts, operator: ctx.run.operator } });
  return { exit: EXIT.ok, summary: oneLine(summary), report: { schema: 'mdops.automation/1', summary, ...facts } };
}

function targetOf(invocation: Invocation): string {
  const [target] = invocation.args;
  if (target === undefined)
    throw usage(`${invocation.verb ?? 'this'} wants a target`, 'mdops automation status lists them');
  return target;
}

function usage(message: string, hint: string): Fault {
  return new Fault('usage', message, { exit: EXIT.usage, hint });
}
