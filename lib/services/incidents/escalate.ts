// The ladder of an incident: page first, then everybody else, then the operator's command; never silent.

import { type Incident, type IncidentChange, isHeard, withSending } from '../../domain/incidents/incident.ts';
import type { Clock } from '../../effects/clock.ts';
import type { Notification } from '../notify/notification.ts';
import type { Notifier, NotifyResult } from '../notify/notifier.ts';

export interface EscalationDetails {
  readonly text?: string;
  readonly facts?: Readonly<Record<string, string>>;
  readonly links?: Notification['links'];
  readonly signal?: AbortSignal;
}

export interface Told {
  /** With what became of its page; the same object when nothing changed. */
  readonly incident: Incident;
  readonly told: readonly string[];
  readonly problems: readonly string[];
}

export interface Escalator {
  tell(incident: Incident, change: IncidentChange, isNews: boolean, details: EscalationDetails): Promise<Told>;
  /** What is due, once, without patience. */
  retry(incident: Incident, signal: AbortSignal): Promise<Told>;
}

export interface EscalatorParts {
  readonly notifier: Notifier;
  readonly clock: Clock;
  /** One attempt of one method. */
  readonly attemptMs: number;
  /** The operator's command. */
  readonly commandMs: number;
  /** How long a page is tried before the run ends without it; the next run goes on. */
  readonly patienceMs: number;
  readonly pauseMs: number;
}

export function createEscalator(parts: EscalatorParts): Escalator {
  return {
    tell: async (incident, change, isNews, details) => {
      const notification = describe(incident, change, details);
      const first = await page(parts, incident, notification, details.signal);
      const others = isNews ? tellOthers(parts, incident, change, notification, details.signal) : Promise.resolve([]);
      const canInsist = parts.notifier.methods.includes('pagerduty') && isPending(first.incident);
      const insisting = canInsist ? insist(parts, first, notification, details.signal) : first;
      const [others_, paged] = await Promise.all([others, insisting]);
      const refusal = await tellRefusedEnd(parts, incident, paged.incident, details.signal);
      const results = [...paged.results, ...others_, ...refusal];
      return {
        incident: paged.incident,
        told: methodsOf(results),
        problems: results.flatMap(({ method, delivery }) => (delivery.ok ? [] : [`${method}: ${delivery.reason}`])),
      };
    },
    retry: async (incident, signal) => {
      const change = incident.ending === 'due' ? 'resolved' : 'opened';
      const paged = await page(parts, incident, describe(incident, change, {}), signal);
      const results = [...paged.results, ...(await tellRefusedEnd(parts, incident, paged.incident, signal))];
      return {
        incident: paged.incident,
        told: methodsOf(results),
        problems: results.flatMap(({ method, delivery }) => (delivery.ok ? [] : [`${method}: ${delivery.reason}`])),
      };
    },
  };
}

function methodsOf(results: readonly NotifyResult[]): readonly string[] {
  return [...new Set(results.filter(({ delivery }) => delivery.ok).map(({ method }) => method))];
}

const REFUSED = 400;

interface Paged {
  readonly incident: Incident;
  readonly results: readonly NotifyResult[];
}

const isPending = (incident: Incident): boolean => incident.page === 'due' || incident.ending === 'due';

/** One attempt at what is due. An acknowledgement is a courtesy: it is not repeated. */
async function page(
  { notifier, attemptMs }: EscalatorParts,
  incident: Incident,
  notification: Notification,
  signal: AbortSignal | undefined,
): Promise<Paged> {
  const which = incident.ending === 'due' ? 'ending' : incident.page === 'due' ? 'page' : null;
  const isCourtesy = notification.action === 'acknowledge' && incident.page === 'accepted';
  if (which === null && !isCourtesy) return { incident, results: [] };
  // It stays due: another run, with PagerDuty's key, sends it.
  if (!notifier.methods.includes('pagerduty')) return { incident, results: [] };
  const action = which === 'ending' ? 'resolve' : which === 'page' ? 'trigger' : 'acknowledge';
  const results = await notifier.notify(
    { ...notification, action },
    { methods: ['pagerduty'], budgetMs: attemptMs, spools: false, ...(signal === undefined ? {} : { signal }) },
  );
  const delivery = results[0]?.delivery;
  if (which === null || delivery === undefined) return { incident, results };
  // Only 400 speaks of the event itself: a proxy, a sign-in page or a wrong key may be gone with the next try.
  if (!delivery.ok && delivery.status !== REFUSED) return { incident, results };
  return { incident: withSending(incident, which, delivery.ok ? 'accepted' : 'refused'), results };
}

/** Until it is accepted, refused for good, or patience ends. Only the last answer counts. */
async function insist(
  parts: EscalatorParts,
  first: Paged,
  notification: Notification,
  signal: AbortSignal | undefined,
): Promise<Paged> {
  const endsMs = parts.clock.monotonicMs() + parts.patienceMs;
  let last = first;
  while (isPending(last.incident) && parts.clock.monotonicMs() + parts.pauseMs < endsMs) {
    try {
      await parts.clock.sleep(parts.pauseMs, signal);
    } catch {
      break;
    }
    last = await page(parts, last.incident, notification, signal);
  }
  return last;
}

/**
 * PagerDuty will not take the end of its page, now or later: the alert stays open there until a person closes it. That is
 * for chat and for `automation status`; it wakes nobody, for the target is well.
 */
async function tellRefusedEnd(
  { notifier, attemptMs }: EscalatorParts,
  before: Incident,
  after: Incident,
  signal: AbortSignal | undefined,
): Promise<readonly NotifyResult[]> {
  if (before.ending === 'refused' || after.ending !== 'refused') return [];
  const notification: Notification = {
    ...describe(after, 'updated', {}),
    action: 'tell',
    severity: 'warning',
    title: `close the page of ${after.target} by hand: PagerDuty refused its end`,
    text: `${after.target} is well (${after.summary}), and its alert is still open in PagerDuty.`,
    facts: { environment: after.environment, 'dedup key': after.id },
  };
  return notifier.notify(notification, { budgetMs: attemptMs, ...(signal === undefined ? {} : { signal }) });
}

/** Chat first, then the command; the command only when something opens, or until somebody was reached. */
async function tellOthers(
  { notifier, attemptMs, commandMs }: EscalatorParts,
  incident: Incident,
  change: IncidentChange,
  notification: Notification,
  signal: AbortSignal | undefined,
): Promise<readonly NotifyResult[]> {
  const options = signal === undefined ? {} : { signal };
  const chats = await notifier.notify(notification, { budgetMs: attemptMs, ...options });
  const isUnheard = incident.state === 'open' && !isHeard(incident);
  if (change !== 'opened' && !isUnheard) return chats;
  const command = { methods: ['escalation'], budgetMs: commandMs, spools: false, ...options };
  return [...chats, ...(await notifier.notify(notification, command))];
}

const ACTIONS = {
  none: 'tell',
  counted: 'tell',
  opened: 'trigger',
  updated: 'trigger',
  acknowledged: 'acknowledge',
  closed: 'resolve',
  resolved: 'resolve',
} as const satisfies Record<IncidentChange, Notification['action']>;

function describe(incident: Incident, change: IncidentChange, details: EscalationDetails): Notification {
  return {
    action: ACTIONS[change],
    key: incident.id,
    severity: incident.severity,
    title: incident.summary,
    text: details.text ?? '',
    source: incident.target,
    facts: {
      environment: incident.environment,
      'failed attempts': String(incident.failed_attempts),
      observations: String(incident.observations),
      ...(incident.by === null ? {} : { by: incident.by }),
      ...details.facts,
    },
    links: details.links ?? [],
    at_ms: incident.updated_at_ms,
  };
}
