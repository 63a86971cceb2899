// Plays a smoke: everything quiet, then each alert fires, arrives, recovers, and its end arrives.

import { isFault } from '../../base/fault.ts';
import { isLoudWhenQuiet, isReceived, isResolved } from '../../domain/alert-smoke/track.ts';
import { readTargets } from '../stack/inspect-stack.ts';
import { examine } from './examine.ts';
import { observeOnce } from './observe.ts';
import { isAnyMoving, pushAll } from './push.ts';
import { enterStage, type Probe, type SmokeContext, type SmokeRun } from './smoke-run.ts';

const SEE_MS = 5_000;
const SEE_AGAIN_MS = 500;
const PLAIN_SCRAPES = 2;
const STEPPED_SCRAPES = 10;

export async function playSmoke(ctx: SmokeContext, run: SmokeRun): Promise<void> {
  const tried = run.probes.filter(({ skipped }) => skipped === null);
  if (!(await canSee(ctx, run))) return endBlind(ctx, run, tried);
  await holdQuiet(ctx, run, tried);
  while (tried.some(({ leg }) => leg !== 'done')) {
    await startLegs(ctx, run, tried);
    await observeOnce(ctx, run);
    for (const probe of tried) await advance(ctx, run, probe, tried);
    if (isAnyMoving(run)) await pushAll(ctx, run);
    const open = tried.filter(({ leg }) => leg !== 'done');
    ctx.progress.update(
      `alert smoke: ${tried.length - open.length} of ${tried.length} proven, waiting for ${open[0]?.smoke.name ?? 'nothing'}`,
    );
    await ctx.clock.sleep(run.pollMs, ctx.signal);
  }
}

/** Without Prometheus nothing can be followed: that is told now, not after every leg has had its minutes. */
async function canSee(ctx: SmokeContext, { addresses }: SmokeRun): Promise<boolean> {
  const untilMs = ctx.clock.monotonicMs() + SEE_MS;
  for (;;) {
    try {
      await readTargets(ctx, addresses);
      return true;
    } catch (error) {
      ctx.signal.throwIfAborted();
      if (!isFault(error)) throw error;
      if (ctx.clock.monotonicMs() > untilMs) return false;
    }
    await ctx.clock.sleep(SEE_AGAIN_MS, ctx.signal);
  }
}

async function endBlind(ctx: SmokeContext, run: SmokeRun, tried: readonly Probe[]): Promise<void> {
  const nowMs = ctx.clock.wallMs();
  for (const probe of tried) enterStage(probe, 'quiet', nowMs);
  await pushAll(ctx, run);
  if (run.pushError === null) for (const { track } of tried) track.pushedMs = nowMs;
  for (const probe of tried) await finish(ctx, run, probe);
}

/** Values just on the silent side: whatever fires now fires wrongly. */
async function holdQuiet(ctx: SmokeContext, run: SmokeRun, tried: readonly Probe[]): Promise<void> {
  const startedMs = ctx.clock.wallMs();
  for (const probe of tried) enterStage(probe, 'quiet', startedMs);
  const { scrapeMs, evaluationMs } = longest(tried);
  // A counter is stepped, and has to be scraped often enough to be believed.
  const isStepped = tried.some(
    ({ smoke: { stimulus } }) =>
      stimulus.kind === 'played' || (stimulus.kind === 'series' && stimulus.quiet.kind === 'steps'),
  );
  const untilMs = startedMs + (isStepped ? STEPPED_SCRAPES : PLAIN_SCRAPES) * scrapeMs + 3 * evaluationMs + run.pollMs;
  do {
    await pushAll(ctx, run);
    await ctx.clock.sleep(run.pollMs, ctx.signal);
    await observeOnce(ctx, run);
  } while (ctx.clock.wallMs() < untilMs);
  for (const probe of tried) {
    const { smoke, track } = probe;
    track.firedWhenQuiet = isLoudWhenQuiet(smoke, track, ctx.clock.wallMs());
    if (track.firedWhenQuiet && smoke.nonce !== null) await finish(ctx, run, probe);
  }
}

function longest(probes: readonly Probe[]): { scrapeMs: number; evaluationMs: number } {
  return {
    scrapeMs: Math.max(0, ...probes.map(({ smoke }) => smoke.best.scrapeMs)),
    evaluationMs: Math.max(0, ...probes.map(({ smoke }) => smoke.best.evaluationMs)),
  };
}

async function startLegs(ctx: SmokeContext, run: SmokeRun, tried: readonly Probe[]): Promise<void> {
  const ready = tried.filter((probe) => probe.leg === 'waiting' && mayFire(probe, tried));
  if (ready.length === 0) return;
  const nowMs = ctx.clock.wallMs();
  for (const probe of ready) {
    probe.leg = 'fire';
    probe.deadlineMs = nowMs + probe.smoke.best.fireMs + run.graceMs;
    enterStage(probe, 'fire', nowMs);
    if (isAbsence(probe)) for (const other of sameMetric(probe, tried)) enterStage(other, 'gone', nowMs);
    if (probe.smoke.stimulus.kind === 'scrape') await setScrape(ctx, run, false);
  }
  await pushAll(ctx, run);
  // The hop is done when the gateway has it; what fires always needs no push.
  const pushedMs = ctx.clock.wallMs();
  if (run.pushError === null) for (const probe of ready) probe.track.pushedMs = isPushed(probe) ? pushedMs : nowMs;
}

/** An absence can be shown only when nobody else needs the series. */
function mayFire(probe: Probe, tried: readonly Probe[]): boolean {
  if (!isAbsence(probe)) return true;
  return sameMetric(probe, tried).every(({ leg }) => leg === 'done');
}

function isAbsence({ smoke: { stimulus } }: Probe): boolean {
  return stimulus.kind === 'series' && stimulus.fire.kind === 'absent';
}

function isPushed({ smoke: { stimulus } }: Probe): boolean {
  return stimulus.kind === 'series' || stimulus.kind === 'played';
}

function sameMetric(probe: Probe, tried: readonly Probe[]): Probe[] {
  const { stimulus } = probe.smoke;
  return tried.filter(
    (other) =>
      other !== probe &&
      stimulus.kind === 'series' &&
      other.smoke.stimulus.kind === 'series' &&
      other.smoke.stimulus.metric === stimulus.metric,
  );
}

async function advance(ctx: SmokeContext, run: SmokeRun, probe: Probe, tried: readonly Probe[]): Promise<void> {
  const nowMs = ctx.clock.wallMs();
  if (probe.leg === 'fire') {
    if (isReceived(probe.smoke, probe.track)) {
      if (mayRecover(probe, tried)) await recover(ctx, run, probe);
    } else if (nowMs > probe.deadlineMs || probe.track.problems.size > 0) await finish(ctx, run, probe);
  } else if (probe.leg === 'resolve') {
    if (isResolved(probe.smoke, probe.track)) await finish(ctx, run, probe);
    else if (nowMs > probe.deadlineMs) await finish(ctx, run, probe);
  }
}

/** Taking a rule away makes Prometheus read its configuration again, and for a second it tells nobody anything. */
function mayRecover(probe: Probe, tried: readonly Probe[]): boolean {
  if (probe.smoke.stimulus.kind !== 'always') return true;
  return tried.every((other) => other === probe || other.leg === 'done' || isAbsence(other));
}

async function recover(ctx: SmokeContext, run: SmokeRun, probe: Probe): Promise<void> {
  const { stimulus, best, alert } = probe.smoke;
  // The end of what always fires can be seen only where its rule may be taken away.
  if (stimulus.kind === 'always' && run.removeRule === null) return finish(ctx, run, probe);
  probe.leg = 'resolve';
  if (stimulus.kind === 'always') await run.removeRule?.(alert);
  else if (stimulus.kind === 'scrape') await setScrape(ctx, run, true);
  else {
    enterStage(probe, 'recover', ctx.clock.wallMs());
    await pushAll(ctx, run);
  }
  const nowMs = ctx.clock.wallMs();
  probe.track.recoveryPushedMs = nowMs;
  probe.deadlineMs = nowMs + best.resolveMs + run.graceMs;
}

async function finish(ctx: SmokeContext, run: SmokeRun, probe: Probe): Promise<void> {
  probe.failure = await examine(ctx, run, probe);
  // What always fires has no end to show where its rule must stay.
  if (probe.smoke.stimulus.kind === 'always' && run.removeRule === null && probe.failure?.hop !== 'received') {
    if (isReceived(probe.smoke, probe.track)) probe.failure = null;
  }
  probe.leg = 'done';
  enterStage(probe, 'gone', ctx.clock.wallMs());
  if (probe.smoke.stimulus.kind === 'scrape') await setScrape(ctx, run, true);
  await pushAll(ctx, run);
  ctx.log.event(
    'alert_hop',
    probe.failure === null
      ? `${probe.smoke.name} proven`
      : `${probe.smoke.name} failed at ${probe.failure.hop}: ${probe.failure.cause}`,
  );
}

async function setScrape(ctx: SmokeContext, run: SmokeRun, isUp: boolean): Promise<void> {
  const { receivers } = run.addresses;
  if (receivers === null) return;
  const body = JSON.stringify({ up: isUp });
  await ctx.http.request({
    method: 'POST',
    url: `${receivers}/admin/scrape`,
    body,
    timeoutMs: 2_000,
    signal: ctx.signal,
  });
}
