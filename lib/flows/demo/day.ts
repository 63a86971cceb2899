// The trading day: what happens, which command answers it, and the probe that says whether the claim is true.

import { formatDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import type { DemoStack } from './demo-stack.ts';
import { numberAt, type Operate, type Operated, textAt } from './operate.ts';
import type { Place } from './place.ts';
import type { Probes } from './probes.ts';

export interface Day {
  readonly operate: Operate;
  readonly probes: Probes;
  readonly place: Place;
  /** Null where Prometheus, Pushgateway or Alertmanager is not on this machine. */
  readonly stack: DemoStack | null;
  /** Metrics of every command go here, where there is a stack. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Stage {
  readonly title: string;
  /** False: told as left out. */
  readonly isPossible?: (day: Day) => boolean;
  readonly play: (day: Day) => Promise<Proof>;
}

export interface Proof {
  readonly holds: boolean;
  /** What was done and what the probe saw, for a person. */
  readonly story: string;
  readonly line: string | null;
  readonly durationMs: number | null;
  readonly latencyMs?: number;
}

const VANISHED = 12;
/** Code of the error that `failover` ends with where the old route is dead. */
const UNFENCED = 'old route unfenced';
const FIRST_TICKS_MS = 10_000;
const ALERT = 'MD_Runbook_Failure';
const ALERT_WITHIN_MS = 20_000;

export const STAGES: readonly Stage[] = [
  { title: 'pre-market start, T-5 checkpoint', play: startEnvironment },
  { title: 'routine check', play: checkHealthy },
  { title: 'contracts vanish', play: loseContracts },
  { title: 'the alert reaches a person', isPossible: (day) => day.stack !== null, play: seeAlert },
  { title: 'repair within the budget', play: enforce },
  { title: 'the alert is taken back', isPossible: (day) => day.stack !== null, play: seeResolve },
  { title: 'primary dies, failover', play: failOver },
  { title: 'primary returns, drill back', play: failBack },
];

async function startEnvironment({ operate, probes, env }: Day): Promise<Proof> {
  const ran = await operate(['start-live-env', 'start'], env);
  // Ready is not yet ticking: the first tick of the last contract comes a moment later.
  const ticks = await probes.until(() => probes.inParity('primary'), FIRST_TICKS_MS);
  const [route, role, mps] = [
    await probes.activeRoute(),
    await probes.roleOf('primary'),
    await probes.throughputOf('primary'),
  ];
  return prove(
    ran,
    0,
    ticks && route === 'primary' && role === 'primary' && mps > 0,
    `primary feeds consumers at ${Math.round(mps)} ticks/s`,
  );
}

async function checkHealthy({ operate, probes, env }: Day): Promise<Proof> {
  const ran = await operate(['check-feed-health'], env);
  const [wanted, active] = [await probes.countContracts(), await probes.countActive()];
  const isWhole = wanted > 0 && active === wanted && numberAt(ran.document, 'coverage_ratio') === 1;
  return prove(ran, 0, isWhole, `${active} of ${wanted} contracts subscribed`);
}

async function loseContracts({ operate, probes, env }: Day): Promise<Proof> {
  const before = await probes.countActive();
  await probes.fault('primary', { kind: 'drop', count: VANISHED });
  const ran = await operate(['check-feed-health'], env);
  const after = await probes.countActive();
  const missing = numberAt(ran.document, 'expected_total') ?? 0;
  const seen = missing - (numberAt(ran.document, 'matched_total') ?? 0);
  return prove(
    ran,
    2,
    after === before - VANISHED && seen === VANISHED,
    `${before - after} contracts gone, the check names ${seen}`,
  );
}

async function enforce({ operate, probes, env }: Day): Promise<Proof> {
  const ran = await operate(['check-feed-health', '--mode', 'enforce'], env);
  const [wanted, active] = [await probes.countContracts(), await probes.countActive()];
  const attempts = numberAt(ran.document, 'remediation', 'attempts') ?? 0;
  return prove(
    ran,
    0,
    active === wanted && attempts > 0,
    `resubscribed in ${attempts} attempt${attempts === 1 ? '' : 's'}: ${active} of ${wanted} again`,
  );
}

async function failOver({ operate, probes, env }: Day): Promise<Proof> {
  await probes.fault('primary', { kind: 'die' });
  await probes.until(async () => (await probes.roleOf('primary')) === null, 5_000);
  const ran = await operate(['failover', 'to-backup', '--yes'], env);
  const [route, role, mps] = [
    await probes.activeRoute(),
    await probes.roleOf('backup'),
    await probes.throughputOf('backup'),
  ];
  // The dead route could not be told to stop: the command must not call that done.
  const isUnfenced = textAt(ran.document, 'error', 'code') === UNFENCED;
  const holds = route === 'backup' && role === 'primary' && mps > 0;
  const tail = isUnfenced ? '; the dead route is reported as unfenced' : '';
  return withLatency(ran, isUnfenced ? EXIT.critical : EXIT.ok, holds, (parity) => {
    return `backup feeds consumers at ${Math.round(mps)} ticks/s, ${parity}${tail}`;
  });
}

async function failBack({ operate, probes, env }: Day): Promise<Proof> {
  const started = await operate(['start-live-env', 'start'], env);
  if (started.exit !== 0) return prove(started, 0, false, 'primary did not come back');
  const ran = await operate(['failover', 'to-primary', '--yes'], env);
  const [route, primary, backup] = [
    await probes.activeRoute(),
    await probes.roleOf('primary'),
    await probes.roleOf('backup'),
  ];
  const holds = route === 'primary' && primary === 'primary' && backup === 'standby';
  return withLatency(ran, EXIT.ok, holds, (parity) => `primary feeds, backup stands by, ${parity}`);
}

async function seeAlert({ probes, stack }: Day): Promise<Proof> {
  const isTold = await probes.until(() => heard(probes, stack, '"trigger"'), ALERT_WITHIN_MS);
  return { holds: isTold, story: `${ALERT} went metric → rule → Alertmanager → pager`, line: null, durationMs: null };
}

async function seeResolve({ probes, stack }: Day): Promise<Proof> {
  const isTold = await probes.until(() => heard(probes, stack, '"resolve"'), ALERT_WITHIN_MS);
  return {
    holds: isTold,
    story: `${ALERT} resolved with the repair; the pager was told`,
    line: null,
    durationMs: null,
  };
}

async function heard(probes: Probes, stack: DemoStack | null, action: string): Promise<boolean> {
  const told = await probes.told(stack?.receivers ?? '');
  return told.some(({ path, body }) => path.startsWith('/pagerduty') && body.includes(action) && body.includes(ALERT));
}

function prove(ran: Operated, wantedExit: number, isSeen: boolean, story: string): Proof {
  const { line, durationMs } = ran;
  if (ran.exit !== wantedExit) {
    return { holds: false, story: `exit ${ran.exit}, wanted ${wantedExit}: ${ran.lastWords}`, line, durationMs };
  }
  return { holds: isSeen, story: isSeen ? story : `the probe disagrees: ${story}`, line, durationMs };
}

/** A failover whose parity nobody measured proves nothing. */
function withLatency(ran: Operated, wantedExit: number, isSeen: boolean, tell: (parity: string) => string): Proof {
  const latencyMs = numberAt(ran.document, 'latency_ms') ?? numberAt(ran.document, 'error', 'facts', 'latency_ms');
  if (latencyMs === null) return prove(ran, wantedExit, false, tell('and no parity was measured'));
  return { ...prove(ran, wantedExit, isSeen, tell(`parity after ${formatDuration(latencyMs)}`)), latencyMs };
}
