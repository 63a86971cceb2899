// Notifications for tests.

import type { Notification } from '../../lib/services/notify/notification.ts';

export function notificationOf(changes: Partial<Notification> = {}): Notification {
  return {
    action: 'trigger',
    key: 'mdops/live/ctp/1',
    severity: 'critical',
    title: 'coverage 91.2 % on ctp',
    text: '44 contracts are missing after 3 attempts',
    source: 'ctp',
    facts: { missing: '44', stalled: '3' },
    links: [{ text: 'runbook', href: 'https://runbooks.example/production-runbook#5' }],
    at_ms: Date.UTC(2026, 2, 2, 12),
    ...changes,
  };
}

/** Everything that a remote limits, far beyond it, in characters that need escaping or pairs of units. */
export function monster(): Notification {
  const long = '<&>😀'.repeat(5_000);
  const facts = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`fact ${at} ${long.slice(0, 500)}`, long]));
  const links = Array.from({ length: 50 }, (_, at) => ({
    text: long,
    href: `https://x.example/${at}?${'a'.repeat(3_000)}`,
  }));
  return notificationOf({ key: `k${'é'.repeat(1_000)}`, title: long, text: long, source: long, facts, links });
}
