// `alert-smoke`: proves that alerts reach the people they should, and that these hear of the end.

import { join } from 'node:path';
import { METRIC } from '../../base/metric-names.ts';
import { SYNTHETIC_TARGET } from '../../domain/alert-smoke/exposition.ts';
import { makeCases, type SmokeCase } from '../../domain/alert-smoke/smoke-case.ts';
import { newTrack } from '../../domain/alert-smoke/track.ts';
import { whySkipped, whyUnproven } from '../../domain/alert-smoke/why-skipped.ts';
import type { CatalogueAlert } from '../../domain/rules/catalogue.ts';
import { loadPromql } from '../../domain/rules/promql.ts';
import { readRouting } from '../../domain/rules/routes/routing.ts';
import { readScrapeConfig } from '../../domain/rules/scrape-config.ts';
import type { Outcome } from '../../run/command.ts';
import type { Invocation } from '../../run/invocation.ts';
import { platformDirectory } from '../rules/platforms.ts';
import { writeReport } from '../rules/write-report.ts';
import { addressesOf } from '../stack/find-stack.ts';
import { readAllRules, writeRules } from '../stack/plan-stack.ts';
import { loadRecord, runSupervised, sweepStack } from '../stack/run-stack.ts';
import { waitAlerting } from '../stack/wait-alerting.ts';
import { answerSmoke, junitOf } from './answer.ts';
import { answerPlan } from './answer-plan.ts';
import { playSmoke } from './play.ts';
import { choose, loadCatalogue, type Promised } from './promise.ts';
import { removeGroup } from './push.ts';
import type { Probe, SmokeContext, SmokeRun } from './smoke-run.ts';
import { sweepAlerts } from './sweep.ts';

const STACK = 'smoke';
/** The label by which synthetic series are told apart. */
const NONCE = 'nonce';
const QUICK_FACTOR = 300;
const QUICK_POLL_MS = 50;
const USUAL_POLL_MS = 1_000;
const QUICK_GRACE_MS = 8_000;
const USUAL_GRACE_MS = 60_000;
const ALERTING_MS = 15_000;

export async function smokeAlerts(ctx: SmokeContext, invocation: Invocation): Promise<Outcome> {
  const promised = await loadCatalogue(ctx, invocation);
  const chosen = choose(promised.catalogue, invocation);
  // Nothing that a dry run pushes could be followed.
  if (ctx.run.isDryRun) return planSmoke(ctx, invocation, promised, chosen);
  const startedMs = ctx.clock.monotonicMs();
  const run = invocation.on('ephemeral')
    ? await smokeEphemeral(ctx, invocation, promised, chosen)
    : await smokeExisting(ctx, invocation, promised, chosen);
  recordMetrics(ctx, run);
  await writeReport(ctx, invocation, () => junitOf(run));
  return answerSmoke(run, ctx.clock.monotonicMs() - startedMs);
}

async function planSmoke(
  ctx: SmokeContext,
  invocation: Invocation,
  promised: Promised,
  chosen: readonly CatalogueAlert[],
): Promise<Outcome> {
  const factor = invocation.number('speed') ?? (invocation.on('ephemeral') ? QUICK_FACTOR : 1);
  const isApart = invocation.on('ephemeral');
  const { cases } = await prepareCases(ctx, promised, chosen, { factor, isApart });
  return answerPlan(cases, (smoke) => (isApart ? whyUnproven(smoke) : whySkipped(smoke)));
}

/** Own processes and stand-in receivers, the real rules and routing tree, all durations divided by one factor. */
async function smokeEphemeral(
  ctx: SmokeContext,
  invocation: Invocation,
  promised: Promised,
  chosen: readonly CatalogueAlert[],
): Promise<SmokeRun> {
  await sweepStack(ctx, STACK);
  const factor = invocation.number('speed') ?? QUICK_FACTOR;
  const prepared = await prepareCases(ctx, promised, chosen, { factor, isApart: true });
  const gateway = prepared.cases.find(({ stimulus }) => stimulus.kind === 'scrape');
  const syntheticTarget = gateway === undefined ? null : { target: SYNTHETIC_TARGET, nonce: gateway.nonce ?? '' };
  const stack = await runSupervised(ctx, STACK, { factor, standIns: true, ports: {}, syntheticTarget, apartBy: NONCE });
  try {
    const { addresses, directory } = stack.record;
    // Not reached in time: the hops will say which part is missing.
    await waitAlerting(ctx, addresses, ['pushgateway'], ALERTING_MS);
    const removeRule = async (alert: string): Promise<void> => {
      await writeRules(ctx, directory, { factor, apartBy: NONCE }, alert);
      await ctx.http.request({
        method: 'POST',
        url: `${addresses.prometheus}/-/reload`,
        timeoutMs: 5_000,
        signal: ctx.signal,
      });
    };
    const run = makeRun(promised, prepared, {
      addresses,
      factor,
      graceMs: invocation.number('deadline') ?? QUICK_GRACE_MS,
      pollMs: QUICK_POLL_MS,
      removeRule,
    });
    for (const probe of run.probes) probe.skipped = whyUnproven(probe.smoke);
    await playSmoke(ctx, run);
    return run;
  } finally {
    await stack.stop();
  }
}

/** A running stack: one synthetic group, real rules, real receivers; nothing of it is changed. */
async function smokeExisting(
  ctx: SmokeContext,
  invocation: Invocation,
  promised: Promised,
  chosen: readonly CatalogueAlert[],
): Promise<SmokeRun> {
  const addresses = await addressesOf(ctx, invocation);
  const record = await loadRecord(ctx, 'stack');
  const isOwn = record !== null && record.addresses.prometheus === addresses.prometheus;
  const factor = invocation.number('speed') ?? (isOwn ? record.factor : 1);
  await sweepAlerts(ctx, addresses);
  const prepared = await prepareCases(ctx, promised, chosen, { factor, isApart: false });
  const run = makeRun(promised, prepared, {
    addresses,
    factor,
    graceMs: invocation.number('deadline') ?? (factor === 1 ? USUAL_GRACE_MS : QUICK_GRACE_MS),
    pollMs: factor === 1 ? USUAL_POLL_MS : QUICK_POLL_MS,
    removeRule: null,
  });
  for (const probe of run.probes) probe.skipped = whySkipped(probe.smoke);
  try {
    await playSmoke(ctx, run);
  } finally {
    // Also after Ctrl-C or a deadline, therefore not under that signal: a page that nobody means must not go on.
    await removeGroup({ ...ctx, signal: new AbortController().signal }, addresses);
  }
  await sweepAlerts(ctx, addresses);
  return run;
}

interface Prepared {
  readonly cases: SmokeCase[];
  readonly integrations: SmokeRun['integrations'];
  readonly untried: readonly string[];
}

async function prepareCases(
  ctx: SmokeContext,
  { catalogue }: Promised,
  chosen: readonly CatalogueAlert[],
  { factor, isApart }: { factor: number; isApart: boolean },
): Promise<Prepared> {
  const platform = await platformDirectory(ctx, ctx.config.platform);
  const read = async (path: string): Promise<string> => ctx.files.readText(join(platform, path));
  const inputs = {
    rules: await readAllRules(ctx),
    routing: await readRouting('alertmanager.yml', await read('alertmanager.yml')),
    scrape: await readScrapeConfig(await read('prometheus.yml')),
    factor,
    isApart,
    promised: catalogue.alerts.map(({ alert }) => alert),
    runNonce: ctx.random.hex(4),
  };
  const { integrations } = inputs.routing;
  const unpromised = inputs.rules.filter(({ kind, name }) => kind === 'alert' && !inputs.promised.includes(name));
  const isAll = chosen.length === catalogue.alerts.length;
  const untried = isAll ? [...new Set(unpromised.map(({ name }) => name))] : [];
  return { cases: makeCases(chosen, inputs, await loadPromql()), integrations, untried };
}

function makeRun(
  { catalogue, metrics }: Promised,
  { cases, integrations, untried }: Prepared,
  parts: Pick<SmokeRun, 'addresses' | 'factor' | 'graceMs' | 'pollMs' | 'removeRule'>,
): SmokeRun {
  const probes = cases.map(
    (smoke): Probe => ({
      smoke,
      track: newTrack(),
      stage: 'quiet',
      stageSinceMs: 0,
      deadlineMs: 0,
      leg: 'waiting',
      failure: null,
      skipped: null,
    }),
  );
  const types = new Map(catalogue.metrics.map(({ name, type }) => [name, type] as const));
  return {
    ...parts,
    probes,
    types,
    metrics,
    integrations,
    untried,
    baseline: null,
    pushError: null,
    groups: [],
    seenId: 0,
  };
}

const METHOD = /^(slack|pagerduty|telegram)/;

function recordMetrics({ metrics }: SmokeContext, { probes }: SmokeRun): void {
  for (const { smoke, track } of probes) {
    if (track.pushedMs === null) continue;
    for (const [receiver, atMs] of track.received) {
      const method = METHOD.exec(receiver)?.[1] ?? 'webhook';
      metrics.observe(METRIC.alertDeliveryDuration, Math.max(0, atMs - track.pushedMs) / 1_000, {
        delivery_method: method,
      });
    }
    for (const receiver of smoke.receivers) {
      const method = METHOD.exec(receiver)?.[1] ?? 'webhook';
      if (track.received.has(receiver)) metrics.increment(METRIC.alertDeliverySuccess, { delivery_method: method });
    }
  }
}
