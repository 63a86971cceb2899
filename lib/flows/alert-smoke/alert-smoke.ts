// `alert-smoke`: proves that alerts reach the people they should, and that these hear of the end.

import { join } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { METRIC } from '../../base/metric-names.ts';
import { SYNTHETIC_TARGET } from '../../domain/alert-smoke/exposition.ts';
import { makeCases, type SmokeCase } from '../../domain/alert-smoke/smoke-case.ts';
import { newTrack } from '../../domain/alert-smoke/track.ts';
import { deriveStimuli } from '../../domain/platform/derive-stimuli.ts';
import type { Metric } from '../../domain/platform/platform.ts';
import { readPlatform } from '../../domain/platform/read-platform.ts';
import { type Catalogue, type CatalogueAlert, readCatalogue } from '../../domain/rules/catalogue.ts';
import { loadPromql } from '../../domain/rules/promql.ts';
import { readRouting } from '../../domain/rules/routes/routing.ts';
import { readScrapeConfig } from '../../domain/rules/scrape-config.ts';
import type { Stimulus } from '../../domain/rules/stimulus.ts';
import type { Outcome } from '../../run/command.ts';
import type { Invocation } from '../../run/invocation.ts';
import { namedFile } from '../rules/named-file.ts';
import { platformDirectory } from '../rules/platforms.ts';
import { writeReport } from '../rules/write-report.ts';
import { readAllRules, writeRules } from '../stack/plan-stack.ts';
import { loadRecord, runSupervised, sweepStack } from '../stack/run-stack.ts';
import { addressesOf } from '../stack/stack.ts';
import { waitAlerting } from '../stack/wait-alerting.ts';
import { answerSmoke, junitOf } from './answer.ts';
import { answerPlan } from './answer-plan.ts';
import { playSmoke } from './play.ts';
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
// What a real stack may be kept waiting for one leg.
const LONGEST_LEG_MS = 15 * 60_000;

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

interface Promised {
  readonly catalogue: Catalogue;
  readonly metrics: ReadonlyMap<string, Metric>;
}

/** The tests of a platform's alerts say what makes them fire; a catalogue alone has only what it says itself. */
async function readPromise(file: string, text: string): Promise<Promised> {
  if (!/^title:/m.test(text)) return { catalogue: await readCatalogue(file, text), metrics: new Map() };
  const { platform } = await readPlatform(file, text);
  return {
    catalogue: { ...platform.catalogue, alerts: deriveStimuli(platform) },
    metrics: new Map(platform.metrics.map((metric) => [metric.name, metric])),
  };
}

async function loadCatalogue(ctx: SmokeContext, invocation: Invocation): Promise<Promised> {
  const named = invocation.text('catalogue');
  const file =
    named === undefined
      ? join(await platformDirectory(ctx, ctx.config.platform), 'catalogue.yml')
      : await namedFile(ctx, 'catalogue', named);
  const promised = await readPromise(file, await ctx.files.readText(file));
  const [problem] = promised.catalogue.problems;
  if (problem === undefined) return promised;
  throw new Fault('catalogue invalid', `Cannot read ${file}:${problem.line}: ${problem.message}`, {
    exit: EXIT.config,
  });
}

function choose(catalogue: Catalogue, invocation: Invocation): readonly CatalogueAlert[] {
  const named = pick(catalogue, invocation);
  const missing = named.filter(({ stimulus }) => stimulus === null || stimulus.kind === 'unproven');
  // --all is all that can be pushed; that there is nothing to push is no proof.
  const isEnough = invocation.texts('alert').length === 0 ? missing.length < named.length : missing.length === 0;
  if (isEnough) return named;
  const names = [...new Set(missing.map(({ alert }) => alert))].join(', ') || 'none promised';
  throw new Fault('nothing to push', `Cannot prove alerts: ${catalogue.file} has no stimulus for them (${names})`, {
    exit: EXIT.config,
    hint: 'a stimulus says what to push: docs/platform-format.md; rules and routes alone: mdops rules test',
  });
}

function pick({ alerts }: Catalogue, invocation: Invocation): readonly CatalogueAlert[] {
  const named = invocation.texts('alert');
  if (named.length === 0) {
    if (invocation.on('all')) return alerts;
    throw new Fault('nothing to prove', 'Cannot prove alerts: none is named', {
      exit: EXIT.usage,
      hint: 'give --alert NAME, or --all',
    });
  }
  const unknown = named.find((name) => !alerts.some(({ alert }) => alert === name));
  if (unknown === undefined) return alerts.filter(({ alert }) => named.includes(alert));
  throw new Fault('alert unknown', `Cannot prove "${unknown}": the catalogue has no such alert`, {
    exit: EXIT.usage,
    hint: `known: ${[...new Set(alerts.map(({ alert }) => alert))].join(', ')}`,
  });
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
  const { cases, integrations } = await prepareCases(ctx, promised, chosen, { factor, isApart: true });
  const gateway = cases.find(({ stimulus }) => stimulus.kind === 'scrape');
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
    const run = makeRun(promised, cases, integrations, {
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
  const { cases, integrations } = await prepareCases(ctx, promised, chosen, { factor, isApart: false });
  const run = makeRun(promised, cases, integrations, {
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
    await removeGroup(ctx, addresses);
  }
  await sweepAlerts(ctx, addresses);
  return run;
}

/** Real series are never touched: what only their absence or failure can show is proven with --ephemeral. */
function whySkipped({ stimulus, best, nonce }: SmokeCase): string | null {
  if (stimulus.kind === 'played') return whyNotPlayed(stimulus, nonce) ?? tooLong(best);
  if (stimulus.kind === 'unproven') return stimulus.reason;
  if (stimulus.kind === 'scrape') return 'a real target would have to fail: proven with --ephemeral';
  if (stimulus.kind !== 'series') return null;
  if (stimulus.fire.kind === 'absent') return 'real series would have to vanish: proven with --ephemeral';
  return tooLong(best);
}

function tooLong({ fireMs }: SmokeCase['best']): string | null {
  return fireMs > LONGEST_LEG_MS ? 'takes too long in real time: proven with --ephemeral' : null;
}

/** On a running stack a series may be pushed only where it stays visible as a test, and by itself. */
function whyNotPlayed({ quiet, fire }: Extract<Stimulus, { kind: 'played' }>, nonce: string | null): string | null {
  if (nonce === null) return 'real series would be added up with the synthetic ones: proven with --ephemeral';
  const data = [...quiet, ...fire];
  if (data.some(({ value }) => !['constant', 'ago', 'lag'].includes(value.kind))) {
    return 'counters would have to run for its whole window: proven with --ephemeral';
  }
  const isElsewhere = data.some(({ series }) => /[{,](job|target)="/.test(series.replaceAll(' ', '')));
  return isElsewhere ? 'needs push groups of other jobs: proven with --ephemeral' : null;
}

function whyUnproven({ stimulus }: SmokeCase): string | null {
  return stimulus.kind === 'unproven' ? stimulus.reason : null;
}

async function prepareCases(
  ctx: SmokeContext,
  { catalogue }: Promised,
  chosen: readonly CatalogueAlert[],
  { factor, isApart }: { factor: number; isApart: boolean },
): Promise<{ cases: SmokeCase[]; integrations: SmokeRun['integrations'] }> {
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
  return { cases: makeCases(chosen, inputs, await loadPromql()), integrations: inputs.routing.integrations };
}

function makeRun(
  { catalogue, metrics }: Promised,
  cases: readonly SmokeCase[],
  integrations: SmokeRun['integrations'],
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
  return { ...parts, probes, types, metrics, integrations, baseline: null, pushError: null, groups: [], seenId: 0 };
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
