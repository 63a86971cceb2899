// What is told to people, independent of who carries it.

import type { Delivery } from '../../base/delivery.ts';
import { isRecord, type Json } from '../../base/json.ts';

export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Notification {
  /** `tell` is a message; the others speak of an incident. */
  readonly action: 'trigger' | 'acknowledge' | 'resolve' | 'tell';
  /** What belongs together: one alert in PagerDuty, one message edited in place where that is possible. */
  readonly key: string;
  readonly severity: Severity;
  /** One line. */
  readonly title: string;
  readonly text: string;
  /** Target, host or feed it is about. */
  readonly source: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly links: readonly { readonly text: string; readonly href: string }[];
  readonly at_ms: number;
  /** A later one of the same key replaces it: only worth sending where messages can be edited. */
  readonly isInterim?: boolean;
}

export type SendOptions = { readonly timeoutMs: number; readonly signal?: AbortSignal };

export interface Sender {
  /** Label value of the delivery metrics, and the name in logs. */
  readonly method: string;
  /** Replaces an earlier message of the same key: only such senders get interim ones. */
  readonly canEdit?: boolean;
  /** Never throws. */
  send(notification: Notification, options: SendOptions): Promise<Delivery>;
}

/** From a spool record; null for what no version of ours wrote. */
export function parseNotification(value: Json | undefined): Notification | null {
  if (!isRecord(value)) return null;
  const texts = ['action', 'key', 'severity', 'title', 'text', 'source'].every(
    (name) => typeof value[name] === 'string',
  );
  if (!texts || typeof value['at_ms'] !== 'number' || !isRecord(value['facts']) || !Array.isArray(value['links'])) {
    return null;
  }
  return value as unknown as Notification;
}
