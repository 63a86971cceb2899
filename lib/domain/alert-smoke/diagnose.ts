// Why an alert did not arrive: the first hop that failed, and its cause.

import type { SmokeCase } from './smoke-case.ts';
import { isReceived, isResolved, type Track } from './track.ts';

export const HOPS = [
  'quiet',
  'pushed',
  'scraped',
  'pending',
  'firing',
  'notified',
  'received',
  'inactive',
  'resolved',
] as const;
export type Hop = (typeof HOPS)[number];

export interface Diagnosis {
  readonly hop: Hop;
  /** A stable phrase: `rule missing`, `receiver refused` … */
  readonly cause: string;
  readonly detail: string;
}

/** What was found when somebody looked, after the time was over. */
export interface Facts {
  readonly pushError: string | null;
  /** Why the gateway's target is not up; null when it is. */
  readonly scrapeError: string | null;
  /** The rule of that name and severity as Prometheus has it. */
  readonly rule: {
    readonly exists: boolean;
    readonly severities: readonly string[];
    readonly expr: string;
    readonly error: string;
  };
  /** The alert as Alertmanager has it; null when it has none. */
  readonly alert: AlertFacts | null;
  readonly alertmanagerError: string | null;
}

export interface AlertFacts {
  readonly receivers: readonly string[];
  readonly silencedBy: readonly string[];
  readonly inhibitedBy: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

type Found = Diagnosis | null;

/** Null when nothing failed. */
export function diagnose(smoke: SmokeCase, track: Track, facts: Facts): Diagnosis | null {
  if (isReceived(smoke, track) && isResolved(smoke, track)) return null;
  const steps = [quietStep, pushStep, scrapeStep, stateStep, notifyStep, receiveStep, resolveStep];
  for (const step of steps) {
    const found = step(smoke, track, facts);
    if (found !== null) return found;
  }
  return { hop: 'resolved', cause: 'unknown', detail: 'every hop was seen, but not in time' };
}

function quietStep(smoke: SmokeCase, { firedWhenQuiet }: Track, { rule }: Facts): Found {
  // What carries no label of its own may have fired before the smoke began.
  if (!firedWhenQuiet || smoke.nonce === null) return null;
  return {
    hop: 'quiet',
    cause: 'fires on a quiet value',
    detail: `it fired on a value that must be silent: ${rule.expr}`,
  };
}

function pushStep(_smoke: SmokeCase, { pushedMs, firingMs }: Track, { pushError }: Facts): Found {
  // A gateway that dies after the alert has fired did not keep it from firing.
  if (pushedMs !== null && (pushError === null || firingMs !== null)) return null;
  return { hop: 'pushed', cause: 'push refused', detail: pushError ?? 'nothing was pushed' };
}

function scrapeStep(smoke: SmokeCase, track: Track, { scrapeError }: Facts): Found {
  // Without a label of its own the alert itself is the first sign.
  if (smoke.nonce === null || track.scrapedMs !== null) return null;
  return {
    hop: 'scraped',
    cause: 'not scraped',
    detail: scrapeError ?? 'the pushed series has not arrived in Prometheus',
  };
}

function stateStep(smoke: SmokeCase, track: Track, { rule }: Facts): Found {
  if (track.firingMs !== null) return null;
  if (track.pendingMs !== null) {
    return {
      hop: 'firing',
      cause: 'still pending',
      detail: `"for" had not passed: wanted firing after ${smoke.best.forMs} ms`,
    };
  }
  if (!rule.exists) return { hop: 'pending', cause: 'rule missing', detail: `Prometheus has no rule ${smoke.alert}` };
  if (rule.error !== '') return { hop: 'pending', cause: 'rule fails', detail: rule.error };
  return { hop: 'pending', cause: 'expression false', detail: `what was pushed does not meet: ${rule.expr}` };
}

function notifyStep(_smoke: SmokeCase, track: Track, { alert, alertmanagerError }: Facts): Found {
  if (track.notifiedMs !== null || alert !== null) return null;
  return {
    hop: 'notified',
    cause: 'Alertmanager not told',
    detail: alertmanagerError ?? 'it fires in Prometheus, Alertmanager does not know',
  };
}

function receiveStep(smoke: SmokeCase, track: Track, { alert }: Facts): Found {
  if (isReceived(smoke, track)) return null;
  const fail = (cause: string, detail: string): Diagnosis => ({ hop: 'received', cause, detail });
  if (alert !== null && alert.silencedBy.length > 0)
    return fail('silenced', `by silence ${alert.silencedBy.join(', ')}`);
  if (alert !== null && alert.inhibitedBy.length > 0)
    return fail('inhibited', `by alert ${alert.inhibitedBy.join(', ')}`);
  const [refusal] = track.refusals;
  if (refusal !== undefined) {
    return refusal === null
      ? fail('receiver hangs', 'it took the request and never answered')
      : fail('receiver refused', refusal === 0 ? 'Alertmanager counts its deliveries as failed' : `status ${refusal}`);
  }
  const wrongWay = alert !== null && !sameSet(alert.receivers, smoke.receivers);
  if (wrongWay) {
    const severity = alert.labels['severity'] ?? '';
    return fail(
      'routed elsewhere',
      `severity="${severity}" went to ${alert.receivers.join(', ')}, wanted ${smoke.receivers.join(', ')}`,
    );
  }
  const [problem] = track.problems;
  if (problem !== undefined)
    return fail(
      problem.startsWith('routed')
        ? 'routed elsewhere'
        : problem.startsWith('neighbour')
          ? 'neighbour fired'
          : 'wrong message',
      problem,
    );
  const missing = smoke.receivers.filter((receiver) => !track.received.has(receiver));
  return fail('not delivered', `${missing.join(', ')} received nothing`);
}

function resolveStep(smoke: SmokeCase, track: Track, { pushError }: Facts): Found {
  if (isResolved(smoke, track)) return null;
  if (pushError !== null) return { hop: 'pushed', cause: 'push refused', detail: `the recovery: ${pushError}` };
  if (track.inactiveMs === null && track.firingMs !== null) {
    return { hop: 'inactive', cause: 'still firing', detail: 'the value recovered, the alert did not' };
  }
  const missing = smoke.receivers.filter((receiver) => !track.resolved.has(receiver));
  return { hop: 'resolved', cause: 'resolve not delivered', detail: `${missing.join(', ')} did not hear of the end` };
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((entry) => right.includes(entry));
}
