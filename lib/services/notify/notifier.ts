// The one pipeline over all senders: budget, dedup, redaction, counters, log and spool live here and nowhere else.

import type { Delivery } from '../../base/delivery.ts';
import { describeError } from '../../base/fault.ts';
import type { Json } from '../../base/json.ts';
import { oneLine, sanitize } from '../../base/sanitize.ts';
import type { Clock } from '../../effects/clock.ts';
import type { Log } from '../log/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Spool, SpoolSender } from '../spool/spool.ts';
import { createNotificationSender } from './deliver.ts';
import { countDelivery } from './delivery-counters.ts';
import type { Notification, Sender } from './notification.ts';

export interface NotifyOptions {
  /** Methods to use; default: every configured one but those that page. */
  readonly methods?: readonly string[];
  /** For all of them together; they run side by side. */
  readonly budgetMs: number;
  readonly signal?: AbortSignal;
  /** False for what another mechanism repeats. Default true. */
  readonly spools?: boolean;
  /** An earlier message that this one replaces: senders that edit wait for it, the others do not. */
  readonly replaces?: Promise<unknown>;
}

export interface NotifyResult {
  readonly method: string;
  readonly delivery: Delivery;
  readonly spooled: boolean;
}

export interface Notifier {
  readonly methods: readonly string[];
  /** Never throws; an empty answer means that nobody is configured to be told. */
  notify(notification: Notification, options: NotifyOptions): Promise<readonly NotifyResult[]>;
  /** For what earlier runs left in the spool. */
  spoolSender(timeoutMs: number): SpoolSender;
}

export interface NotifierParts {
  readonly senders: readonly Sender[];
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly spool: Spool;
  readonly redact: (text: string) => string;
}

/** Methods that wake somebody: only incidents use them, by name. */
export const PAGING_METHODS: readonly string[] = ['pagerduty', 'escalation'];
/** How much longer than its time a sender may take before it is left behind. */
const OVERTIME_MS = 100;
const TITLE_LENGTH = 1_000;

export function createNotifier(parts: NotifierParts): Notifier {
  const told = new Set<string>();
  return {
    methods: parts.senders.map((sender) => sender.method),
    spoolSender: (timeoutMs) => createNotificationSender({ ...parts, timeoutMs }),
    notify: async (given, options) => {
      const notification = cleanNotification(given, parts.redact);
      const chosen = parts.senders.filter(
        ({ method, canEdit }) =>
          (options.methods?.includes(method) ?? !PAGING_METHODS.includes(method)) &&
          (notification.isInterim !== true || canEdit === true),
      );
      const results = chosen.map(async (sender) => {
        const fingerprint = JSON.stringify([sender.method, { ...notification, at_ms: 0 }]);
        // Said already in this run: once is enough.
        if (told.has(fingerprint)) return null;
        const result = await deliver(parts, sender, notification, options);
        if (result.delivery.ok || result.spooled) told.add(fingerprint);
        return result;
      });
      return (await Promise.all(results)).filter((result) => result !== null);
    },
  };
}

async function deliver(
  parts: NotifierParts,
  sender: Sender,
  notification: Notification,
  options: NotifyOptions,
): Promise<NotifyResult> {
  const { method } = sender;
  const sinceMs = parts.clock.monotonicMs();
  const delivery = await sendInTime(parts.clock, sender, notification, options);
  countDelivery(parts.metrics, method, delivery);
  const duration_ms = parts.clock.monotonicMs() - sinceMs;
  if (delivery.ok) {
    parts.log.event('notification_sent', `${method}: ${notification.title}`, { level: 'debug', duration_ms });
    return { method, delivery, spooled: false };
  }
  const spooled = delivery.retryable && (options.spools ?? true) && notification.isInterim !== true;
  const kept = spooled ? await parts.spool.add('notification', spoolBody(method, notification)) : null;
  const reason = parts.redact(delivery.reason);
  parts.log.event('notification_failed', `${method}: ${reason}${kept?.ok === true ? '; it waits in the spool' : ''}`, {
    // Whoever asked hears of it and tells; a page that did not go out is told here too.
    level: PAGING_METHODS.includes(method) ? 'warn' : 'info',
    duration_ms,
    extra: { method, code: delivery.code, retryable: delivery.retryable },
  });
  return { method, delivery: { ...delivery, reason }, spooled: kept?.ok === true };
}

/** The sender's answer, or ours when it does not keep its time. */
async function sendInTime(
  clock: Clock,
  sender: Sender,
  notification: Notification,
  { budgetMs, signal, replaces = Promise.resolve() }: NotifyOptions,
): Promise<Delivery> {
  const done = new AbortController();
  const late = clock.sleep(budgetMs + OVERTIME_MS, done.signal).then(
    () => LATE,
    () => LATE,
  );
  const options = { timeoutMs: budgetMs, ...(signal === undefined ? {} : { signal }) };
  const begun = sender.canEdit === true ? Promise.race([replaces, whenAborted(signal)]) : Promise.resolve();
  const sent = begun
    .then(() => sender.send(notification, options))
    .catch((error: unknown): Delivery => {
      return { ok: false, retryable: false, code: 'sender failed', reason: describeError(error) };
    });
  try {
    return await Promise.race([sent, late]);
  } finally {
    done.abort();
  }
}

function whenAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve();
    else signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

const LATE: Delivery = { ok: false, retryable: true, code: 'sender too slow', reason: 'it did not answer in time' };

export function spoolBody(method: string, notification: Notification): Json {
  return { method, notification: notification as unknown as Json };
}

/** Without secrets and without characters that a terminal or chat client would obey. */
function cleanNotification(notification: Notification, redact: (text: string) => string): Notification {
  const clean = (text: string): string => sanitize(redact(text));
  return {
    ...notification,
    key: clean(notification.key),
    title: oneLine(redact(notification.title), TITLE_LENGTH),
    text: clean(notification.text),
    source: clean(notification.source),
    facts: Object.fromEntries(Object.entries(notification.facts).map(([name, value]) => [clean(name), clean(value)])),
    links: notification.links.map(({ text, href }) => ({ text: clean(text), href: clean(href) })),
  };
}
