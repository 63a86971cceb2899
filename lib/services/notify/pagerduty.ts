// PagerDuty Events v2: one alert for each key, acknowledged and resolved by the same key.

import { clip } from '../../base/clip.ts';
import type { Secret } from '../../base/secret.ts';
import type { Remote } from '../remote/remote.ts';
import type { Notification, Sender } from './notification.ts';
import { toDelivery } from './remote-delivery.ts';

export interface PagerDutyOptions {
  readonly remote: Remote;
  readonly apiUrl: string;
  readonly routingKey: Secret;
}

// Limits of the Events API v2.
const SUMMARY_LENGTH = 1_024;
const KEY_LENGTH = 255;
const PAYLOAD_BYTES = 512 * 1_024;
// Ours: a page is read on a phone.
const DETAIL_LENGTH = 2_000;
const TEXT_LENGTH = 8_000;
const MOST_FACTS = 60;

export function createPagerDutySender({ remote, apiUrl, routingKey }: PagerDutyOptions): Sender {
  const url = `${apiUrl.replace(/\/+$/, '')}/v2/enqueue`;
  return {
    method: 'pagerduty',
    send: async (notification, { timeoutMs, signal }) =>
      toDelivery(
        await remote.send({
          method: 'POST',
          url,
          headers: { 'content-type': 'application/json' },
          body: enqueueBody(notification, routingKey),
          timeoutMs,
          // An answer that was lost may be asked for again: the key joins the alert that is already open.
          repeatable: true,
          // A page is tried however often PagerDuty failed before: nobody else will wake anybody.
          mustLook: true,
          judge: (response) => (response.status === 202 ? null : 'not with 202, which means accepted'),
          ...(signal === undefined ? {} : { signal }),
        }),
      ),
  };
}

function enqueueBody(notification: Notification, routingKey: Secret): string {
  const head = {
    routing_key: routingKey.reveal(),
    event_action: notification.action === 'tell' ? 'trigger' : notification.action,
    dedup_key: clip(notification.key, KEY_LENGTH),
  };
  if (notification.action === 'acknowledge' || notification.action === 'resolve') return JSON.stringify(head);
  const full = JSON.stringify({ ...head, ...triggerBody(notification, details(notification)) });
  if (Buffer.byteLength(full) <= PAYLOAD_BYTES) return full;
  return JSON.stringify({ ...head, ...triggerBody(notification, { note: 'details were too large to send' }) });
}

function triggerBody(notification: Notification, custom_details: Readonly<Record<string, string>>) {
  const { title, source, severity, at_ms, links } = notification;
  return {
    client: 'mdops',
    links: links.slice(0, 10).map(({ text, href }) => ({ text: clip(text, 200), href: clip(href, 2_000) })),
    payload: {
      summary: clip(title, SUMMARY_LENGTH) || 'mdops alert',
      source: clip(source, 255) || 'mdops',
      severity,
      timestamp: new Date(at_ms).toISOString(),
      custom_details,
    },
  };
}

function details({ text, facts }: Notification): Record<string, string> {
  const found: Record<string, string> = Object.create(null);
  if (text !== '') found['text'] = clip(text, TEXT_LENGTH);
  for (const [name, value] of Object.entries(facts).slice(0, MOST_FACTS))
    found[clip(name, 100)] = clip(value, DETAIL_LENGTH);
  return found;
}
