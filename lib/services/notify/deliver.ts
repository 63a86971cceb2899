// Spooled notifications on a later run: told with the time they were meant for, each method on its own.

import { isRecord } from '../../base/json.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { SpoolSender } from '../spool/spool.ts';
import { countDelivery } from './delivery-counters.ts';
import { type Notification, parseNotification, type Sender } from './notification.ts';

export interface SpooledNotificationsParts {
  readonly senders: readonly Sender[];
  readonly metrics: Metrics;
  readonly timeoutMs: number;
}

export function createNotificationSender({ senders, metrics, timeoutMs }: SpooledNotificationsParts): SpoolSender {
  return async (records, settle, signal) => {
    const problems: string[] = [];
    const dead = new Set<string>();
    for (const record of records) {
      if (signal.aborted) break;
      const body = isRecord(record.body) ? record.body : {};
      const notification = parseNotification(body['notification'] as never);
      const sender = senders.find(({ method }) => method === body['method']);
      if (notification === null) {
        await settle(record, 'dropped');
        continue;
      }
      // Not configured in this environment: it waits for a run that has it.
      if (sender === undefined || dead.has(sender.method)) continue;
      const delivery = await sender.send(late(notification), { timeoutMs, signal });
      countDelivery(metrics, sender.method, delivery);
      if (delivery.ok) {
        await settle(record, 'delivered');
        continue;
      }
      problems.push(`${sender.method}: ${delivery.reason}`);
      if (delivery.retryable) dead.add(sender.method);
      else await settle(record, 'dropped');
    }
    return { problems };
  };
}

function late(notification: Notification): Notification {
  const at = new Date(notification.at_ms).toISOString();
  return { ...notification, facts: { ...notification.facts, 'told late, happened at': at } };
}
