// After a leg's time is over: gathers what tells why, and names the hop.

import { describeError, isFault } from '../../base/fault.ts';
import { own } from '../../base/json.ts';
import { type Diagnosis, diagnose, type Facts } from '../../domain/alert-smoke/diagnose.ts';
import { askPrometheus, labelsOf, records } from '../stack/ask.ts';
import { readTargets } from '../stack/inspect-stack.ts';
import { findAlert, readAlerts } from './observe.ts';
import type { Probe, SmokeContext, SmokeRun } from './smoke-run.ts';

export async function examine(ctx: SmokeContext, run: SmokeRun, probe: Probe): Promise<Diagnosis | null> {
  const alert = await attempt(ctx, async () => findAlert(await readAlerts(ctx, run.addresses.alertmanager), probe));
  const facts: Facts = {
    pushError: run.pushError ?? (await readGatewayError(ctx, run)),
    scrapeError: await readScrapeError(ctx, run),
    rule: await readRule(ctx, run, probe),
    alert: alert.ok ? alert.value : null,
    alertmanagerError: alert.ok ? null : alert.reason,
  };
  return diagnose(probe.smoke, probe.track, facts);
}

/** The last push may have been long ago: is the gateway still there? */
async function readGatewayError(ctx: SmokeContext, { addresses }: SmokeRun): Promise<string | null> {
  const url = `${addresses.pushgateway}/-/ready`;
  const answer = await attempt(ctx, async () =>
    ctx.http.request({ method: 'GET', url, timeoutMs: 2_000, signal: ctx.signal }),
  );
  return answer.ok ? null : answer.reason;
}

async function readScrapeError(ctx: SmokeContext, run: SmokeRun): Promise<string | null> {
  const targets = await attempt(ctx, async () => readTargets(ctx, run.addresses));
  if (!targets.ok) return targets.reason;
  const gateways = targets.value.filter(({ address }) => address.startsWith(run.addresses.pushgateway));
  if (gateways.length === 0) return 'Prometheus does not scrape this Pushgateway';
  const down = gateways.find(({ health }) => health !== 'up');
  return down === undefined ? null : `${down.address} is ${down.health}: ${down.error}`;
}

async function readRule(ctx: SmokeContext, run: SmokeRun, { smoke }: Probe): Promise<Facts['rule']> {
  const data = await attempt(ctx, async () => askPrometheus(ctx, run.addresses.prometheus, 'rules?type=alert'));
  if (!data.ok) return { exists: true, severities: [], expr: '', error: data.reason };
  const named = records(own(data.value, 'groups'))
    .flatMap((group) => records(own(group, 'rules')))
    .filter((rule) => own(rule, 'name') === smoke.alert);
  const severities = named.map((rule) => labelsOf(own(rule, 'labels'))['severity'] ?? '');
  const exact = named[severities.indexOf(smoke.severity)] ?? named[0];
  return {
    exists: exact !== undefined,
    severities,
    expr: named.map((rule) => String(own(rule, 'query') ?? '')).join(' | '),
    error: String((exact && own(exact, 'lastError')) ?? ''),
  };
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

async function attempt<T>(ctx: SmokeContext, look: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await look() };
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (isFault(error)) return { ok: false, reason: describeError(error) };
    throw error;
  }
}
