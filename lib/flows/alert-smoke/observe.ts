// Looks at Prometheus, Alertmanager and the receivers once, and notes what each alert has reached.

import { isFault } from '../../base/fault.ts';
import { own } from '../../base/json.ts';
import { readReceipt } from '../../domain/alert-smoke/receipts.ts';
import { noteReceipt, noteSamples } from '../../domain/alert-smoke/track.ts';
import type { SeriesData } from '../../domain/platform/series-value.ts';
import { askJson, labelsOf, querySamples, records } from '../stack/ask.ts';
import { readDeliveryCounts } from './delivery-counts.ts';
import type { Probe, SmokeContext, SmokeRun } from './smoke-run.ts';

export interface KnownAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly receivers: readonly string[];
  readonly silencedBy: readonly string[];
  readonly inhibitedBy: readonly string[];
  readonly updatedMs: number;
}

export async function observeOnce(ctx: SmokeContext, run: SmokeRun): Promise<void> {
  await Promise.all([
    tolerate(ctx, () => observePrometheus(ctx, run)),
    tolerate(ctx, () => observeAlertmanager(ctx, run)),
    tolerate(ctx, () => observeReceivers(ctx, run)),
  ]);
}

/** A part that cannot be asked shows in the hop that stays empty. */
async function tolerate(ctx: SmokeContext, look: () => Promise<void>): Promise<void> {
  try {
    await look();
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!isFault(error)) throw error;
  }
}

function active({ probes }: SmokeRun): readonly Probe[] {
  return probes.filter(({ leg, skipped }) => skipped === null && leg !== 'done');
}

async function observePrometheus(ctx: SmokeContext, run: SmokeRun): Promise<void> {
  const metrics = active(run).flatMap(({ smoke: { stimulus } }) =>
    stimulus.kind === 'series' ? [stimulus.metric] : stimulus.kind === 'played' ? firstMetric(stimulus.fire) : [],
  );
  const names = [...new Set(['ALERTS', 'up', ...metrics])].join('|');
  // Long enough that no evaluation between two looks is missed.
  const windowMs = Math.max(2_000, 3 * run.pollMs);
  const series = await querySamples(ctx, run.addresses.prometheus, `{__name__=~"${names}"}[${windowMs}ms]`);
  const nowMs = ctx.clock.wallMs();
  for (const { smoke, track } of active(run)) noteSamples(smoke, track, series, nowMs);
}

/** One series is enough to see that the scrape has come. */
function firstMetric([first]: SeriesData): string[] {
  if (first === undefined) return [];
  const metric = first.series.split('{', 1)[0]!;
  return [first.value.kind === 'histogram' ? `${metric}_count` : metric];
}

async function observeAlertmanager(ctx: SmokeContext, run: SmokeRun): Promise<void> {
  const alerts = await readAlerts(ctx, run.addresses.alertmanager);
  if (run.addresses.receivers === null) await observeDeliveries(ctx, run, alerts);
  for (const probe of active(run)) {
    const { track } = probe;
    const known = findAlert(alerts, probe);
    // The first sight tells when it was told; later repeats move the time on.
    if (known !== null && track.firingMs !== null) track.notifiedMs ??= Math.max(known.updatedMs, track.firingMs);
  }
}

/** Real receivers cannot be asked: what Alertmanager counts as sent, and that it no longer knows the alert, has to do. */
async function observeDeliveries(ctx: SmokeContext, run: SmokeRun, alerts: readonly KnownAlert[]): Promise<void> {
  const counts = await readDeliveryCounts(ctx, run.addresses.alertmanager);
  const baseline = run.baseline ?? counts;
  run.baseline = baseline;
  const nowMs = ctx.clock.wallMs();
  for (const probe of active(run)) {
    const { smoke, track } = probe;
    const known = findAlert(alerts, probe);
    const isHeard = known !== null && known.silencedBy.length === 0 && known.inhibitedBy.length === 0;
    for (const receiver of isHeard && track.firingMs !== null ? known.receivers : []) {
      const kinds = run.integrations.get(receiver) ?? [];
      const since = kinds.map((kind) => ({
        sent: (counts.get(kind)?.sent ?? 0) - (baseline.get(kind)?.sent ?? 0),
        failed: (counts.get(kind)?.failed ?? 0) - (baseline.get(kind)?.failed ?? 0),
      }));
      if (!smoke.receivers.includes(receiver)) track.problems.add(`routed elsewhere: ${receiver} was told`);
      else if (since.some(({ sent, failed }) => failed > 0 && sent <= failed)) track.refusals.push(REFUSED);
      else if (since.length > 0 && since.every(({ sent, failed }) => sent > failed) && !track.received.has(receiver)) {
        track.received.set(receiver, nowMs);
      }
    }
    if (known === null && track.inactiveMs !== null) {
      for (const receiver of smoke.receivers) if (!track.resolved.has(receiver)) track.resolved.set(receiver, nowMs);
    }
  }
}

// Alertmanager tells that a delivery failed, not how.
const REFUSED = 0;

export function findAlert(alerts: readonly KnownAlert[], { smoke }: Pick<Probe, 'smoke'>): KnownAlert | null {
  return (
    alerts.find(({ labels }) => labels['alertname'] === smoke.alert && (labels['nonce'] ?? null) === smoke.nonce) ??
    null
  );
}

export async function readAlerts(
  ctx: Pick<SmokeContext, 'http' | 'signal'>,
  alertmanager: string,
): Promise<KnownAlert[]> {
  return records(await askJson(ctx, `${alertmanager}/api/v2/alerts`)).map((alert) => {
    const status = (own(alert, 'status') ?? {}) as Readonly<Record<string, unknown>>;
    return {
      labels: labelsOf(own(alert, 'labels')),
      receivers: records(own(alert, 'receivers')).map((receiver) => String(own(receiver, 'name'))),
      silencedBy: texts(own(status, 'silencedBy')),
      inhibitedBy: texts(own(status, 'inhibitedBy')),
      updatedMs: Date.parse(String(own(alert, 'updatedAt') ?? '')),
    };
  });
}

async function observeReceivers(ctx: SmokeContext, run: SmokeRun): Promise<void> {
  const { receivers } = run.addresses;
  if (receivers === null) return;
  const answer = await askJson(ctx, `${receivers}/seen?after=${run.seenId}`);
  for (const seen of records(own(answer as Readonly<Record<string, unknown>>, 'seen'))) {
    run.seenId = Number(own(seen, 'id'));
    const status = own(seen, 'status');
    const receipt = readReceipt({
      atMs: Number(own(seen, 'at_ms')),
      path: String(own(seen, 'path')),
      status: typeof status === 'number' ? status : null,
      body: String(own(seen, 'body')),
    });
    const probe = receipt === null ? undefined : ownerOf(run, receipt.nonce, receipt.alert);
    if (receipt !== null && probe !== undefined) noteReceipt(probe.smoke, probe.track, receipt);
  }
}

function ownerOf({ probes }: SmokeRun, nonce: string | null, alert: string): Probe | undefined {
  return probes.find(({ smoke }) =>
    nonce === null ? smoke.nonce === null && smoke.alert === alert : smoke.nonce === nonce,
  );
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
