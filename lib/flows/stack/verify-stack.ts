// `stack verify`: targets up, metrics present, rules evaluating, receivers known. Own parts down are critical,
// watched services down are a warning.

import { EXIT } from '../../base/exit-codes.ts';
import { isFault } from '../../base/fault.ts';
import { own } from '../../base/json.ts';
import { tableLines } from '../../base/table.ts';
import type { Outcome } from '../../run/command.ts';
import { askPrometheus } from './ask.ts';
import { countAlertmanagers, readReceivers, readRules, readTargets } from './inspect-stack.ts';
import type { StackAddresses, StackContext } from './stack-context.ts';
import { verifyBudgets } from './verify-budgets.ts';

type Grade = 'ok' | 'warning' | 'critical';

interface Line {
  readonly what: string;
  readonly grade: Grade;
  readonly note: string;
}

const GATEWAY_MS = 5_000;
const OWN_JOBS = new Set(['pushgateway', 'prometheus', 'alertmanager', 'node', 'blackbox']);
const EXITS: Readonly<Record<Grade, number>> = {
  ok: EXIT.ok,
  warning: EXIT.warning,
  critical: EXIT.critical,
};
const ORDER: readonly Grade[] = ['ok', 'warning', 'critical'];

export async function verifyStack(
  ctx: StackContext,
  addresses: StackAddresses,
  platform: string = ctx.config.platform,
): Promise<Outcome> {
  const judgeBudgets: typeof judgeTargets = (_ctx, at) => judgeSeries(ctx, at, platform);
  const parts = [
    judgeGateway,
    judgeTargets,
    judgeMetrics,
    judgeRules,
    judgeAlertmanagers,
    judgeReceivers,
    judgeBudgets,
  ];
  const lines: Line[] = [];
  for (const part of parts) lines.push(...(await lookedAt(ctx, part(ctx, addresses))));
  const worst = lines.reduce<Grade>(
    (most, { grade }) => (ORDER.indexOf(grade) > ORDER.indexOf(most) ? grade : most),
    'ok',
  );
  const bad = lines.filter(({ grade }) => grade !== 'ok');
  const summary =
    bad.length === 0
      ? `stack verified: ${lines.length} checks`
      : `${bad.length} of ${lines.length} checks found something`;
  return {
    exit: EXITS[worst],
    summary,
    report: { schema: 'mdops.stack-verify/1', verdict: worst, checks: lines.map((line) => ({ ...line })) },
    view: (paint) => {
      const colours = { ok: paint.good, warning: paint.warn, critical: paint.bad };
      return [
        ...tableLines(
          [{ title: 'CHECK' }, { title: '' }, { title: '' }],
          lines.map(({ what, grade, note }) => [what, colours[grade](grade), note]),
        ),
        colours[worst](summary),
      ];
    },
  };
}

/** A part of one's own stack that cannot be asked is down. */
async function lookedAt(ctx: StackContext, part: Promise<Line[]>): Promise<Line[]> {
  try {
    return await part;
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (isFault(error)) return [{ what: 'reach', grade: 'critical', note: error.message }];
    throw error;
  }
}

/** Prometheus tells of the gateway that it scrapes, and a minute late; this is the one that runs push to. */
async function judgeGateway({ http, signal }: StackContext, { pushgateway }: StackAddresses): Promise<Line[]> {
  const url = `${pushgateway}/-/ready`;
  const { status } = await http.request({ method: 'GET', url, timeoutMs: GATEWAY_MS, signal });
  const isReady = status === 200;
  const note = isReady ? pushgateway : `${url} answers ${status}`;
  return [{ what: 'pushgateway', grade: isReady ? 'ok' : 'critical', note }];
}

async function judgeTargets(ctx: StackContext, addresses: StackAddresses): Promise<Line[]> {
  const targets = await readTargets(ctx, addresses);
  return targets.map(({ job, address, health, error }) => ({
    what: `target ${job}`,
    ...judgeTarget(job, address, health, error),
  }));
}

function judgeTarget(job: string, address: string, health: string, error: string): Omit<Line, 'what'> {
  if (health === 'up') return { grade: 'ok', note: address };
  // Its first minute may not be over.
  if (health === 'unknown') return { grade: 'warning', note: `${address} has not been scraped yet` };
  return { grade: OWN_JOBS.has(job) ? 'critical' : 'warning', note: `${address} is ${health}: ${error}` };
}

async function judgeMetrics(ctx: StackContext, addresses: StackAddresses): Promise<Line[]> {
  const data = await askPrometheus(
    ctx,
    addresses.prometheus,
    `query?query=${encodeURIComponent('count({__name__!=""})')}`,
  );
  const result = own(data, 'result');
  const count =
    Array.isArray(result) && result.length > 0 ? Number((result[0] as { value: [number, string] }).value[1]) : 0;
  return [{ what: 'metrics', grade: count > 0 ? 'ok' : 'critical', note: `${count} series` }];
}

async function judgeRules(ctx: StackContext, addresses: StackAddresses): Promise<Line[]> {
  const rules = await readRules(ctx, addresses);
  const broken = rules.filter(({ health }) => health === 'err');
  const waiting = rules.filter(({ hasRun }) => !hasRun).length;
  if (rules.length === waiting)
    return [
      { what: 'rules', grade: 'critical', note: rules.length === 0 ? 'none are loaded' : 'none has been evaluated' },
    ];
  if (broken.length === 0)
    return [{ what: 'rules', grade: 'ok', note: `${rules.length} loaded, ${rules.length - waiting} evaluated` }];
  return broken.map(({ name, health, error }) => ({
    what: `rule ${name}`,
    grade: 'critical',
    note: `${health} ${error}`.trim(),
  }));
}

async function judgeAlertmanagers(ctx: StackContext, addresses: StackAddresses): Promise<Line[]> {
  const count = await countAlertmanagers(ctx, addresses);
  return [{ what: 'alerting', grade: count > 0 ? 'ok' : 'critical', note: `Prometheus tells ${count} Alertmanager` }];
}

/** Too many series is no outage yet: it becomes one. */
async function judgeSeries(ctx: StackContext, addresses: StackAddresses, platform: string): Promise<Line[]> {
  const { metrics, series, findings } = await verifyBudgets(ctx, addresses, platform);
  if (findings.length === 0)
    return [
      { what: 'series', grade: 'ok', note: `${series} series in all, ${metrics} metrics of ${platform} within budget` },
    ];
  return findings.map(({ what, note }) => ({ what, grade: 'warning', note }));
}

async function judgeReceivers(ctx: StackContext, addresses: StackAddresses): Promise<Line[]> {
  const receivers = await readReceivers(ctx, addresses);
  return [{ what: 'receivers', grade: receivers.length > 0 ? 'ok' : 'critical', note: receivers.join(', ') || 'none' }];
}
