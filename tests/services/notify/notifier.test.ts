// The pipeline: every sender judged alike, whatever it answers, throws, or keeps to itself.

import { expect, test } from 'vitest';
import { METRIC } from '../../../lib/base/metric-names.ts';
import { createNotificationSender } from '../../../lib/services/notify/deliver.ts';
import type { Notification, Sender } from '../../../lib/services/notify/notification.ts';
import { createNotifier } from '../../../lib/services/notify/notifier.ts';
import { notificationOf } from '../../support/notifications.ts';
import { plainRun } from '../../support/plain-run.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const directory = temporaryDirectories('notifier');
const DOWN = { ok: false, retryable: true, code: 'http connection refused', reason: 'connection refused' } as const;
const BUDGET_MS = 100;

function sender(method: string, send: Sender['send']): Sender & { readonly seen: Notification[] } {
  const seen: Notification[] = [];
  return {
    method,
    seen,
    send: (notification, options) => {
      seen.push(notification);
      return send(notification, options);
    },
  };
}

const good = (method: string) => sender(method, async () => ({ ok: true }));

function setUp(...senders: Sender[]) {
  const run = plainRun(directory());
  return {
    ...run,
    notifier: createNotifier({ ...run, senders, redact: (text) => text.replaceAll('hunter2', '<secret>') }),
  };
}

test('everyone configured is told but those that page, who must be named', async () => {
  const [slack, pagerduty, escalation] = [good('slack'), good('pagerduty'), good('escalation')];
  const { notifier } = setUp(slack, pagerduty, escalation);
  await notifier.notify(notificationOf(), { budgetMs: BUDGET_MS });
  expect([slack.seen.length, pagerduty.seen.length, escalation.seen.length]).toEqual([1, 0, 0]);
  await notifier.notify(notificationOf(), { budgetMs: BUDGET_MS, methods: ['pagerduty'] });
  expect([slack.seen.length, pagerduty.seen.length, escalation.seen.length]).toEqual([1, 1, 0]);
});

test('what a later message replaces goes only to those who can replace it', async () => {
  const editor = { ...good('slack'), canEdit: true };
  const other = good('telegram');
  const { notifier } = setUp(editor, other);
  await notifier.notify(notificationOf({ isInterim: true }), { budgetMs: BUDGET_MS });
  expect([editor.seen.length, other.seen.length]).toEqual([1, 0]);
});

test('the same words are told once per method and run, other words again', async () => {
  const slack = good('slack');
  const { notifier } = setUp(slack);
  await notifier.notify(notificationOf({ at_ms: 1 }), { budgetMs: BUDGET_MS });
  await notifier.notify(notificationOf({ at_ms: 2 }), { budgetMs: BUDGET_MS });
  await notifier.notify(notificationOf({ text: 'worse' }), { budgetMs: BUDGET_MS });
  expect(slack.seen.map(({ text }) => text)).toEqual(['44 contracts are missing after 3 attempts', 'worse']);
});

test('each outcome is counted and logged', async () => {
  const { notifier, metrics, events } = setUp(
    good('slack'),
    sender('telegram', async () => DOWN),
  );
  const results = await notifier.notify(notificationOf(), { budgetMs: BUDGET_MS });
  expect(results.map(({ method, delivery, spooled }) => [method, delivery.ok, spooled])).toEqual([
    ['slack', true, false],
    ['telegram', false, true],
  ]);
  expect(metrics.series()).toEqual([
    { kind: 'counter', name: METRIC.alertDeliverySuccess, labels: { delivery_method: 'slack' }, value: 1 },
    {
      kind: 'counter',
      name: METRIC.alertDeliveryFailures,
      labels: { delivery_method: 'telegram', error: 'http connection refused' },
      value: 1,
    },
  ]);
  expect(events.map(({ event, level }) => [event, level])).toEqual([
    ['notification_sent', 'debug'],
    ['notification_failed', 'info'],
  ]);
});

test('what could pass later waits in the spool and is told later with its own time; what cannot is not kept', async () => {
  const answers = { slack: DOWN, telegram: { ...DOWN, retryable: false } };
  const failing = Object.entries(answers).map(([method, answer]) => sender(method, async () => answer));
  const { notifier, spool, metrics } = setUp(...failing);
  await notifier.notify(notificationOf(), { budgetMs: BUDGET_MS });
  await notifier.notify(notificationOf({ isInterim: true, title: 'interim' }), { budgetMs: BUDGET_MS });
  expect(await spool.list()).toHaveLength(1);
  const slack = good('slack');
  const flush = createNotificationSender({ senders: [slack], metrics, timeoutMs: BUDGET_MS });
  const report = await spool.flush({ notification: flush }, new AbortController().signal);
  expect(report).toMatchObject({ delivered: 1, kept: 0 });
  expect(slack.seen[0]?.at_ms).toBe(notificationOf().at_ms);
  expect(slack.seen[0]?.facts['told late, happened at']).toBe('2026-03-02T12:00:00.000Z');
});

test('at a flush one dead method does not hold up the others, and an unknown one keeps its records', async () => {
  const methods = ['slack', 'telegram', 'gone'];
  const { notifier, spool, metrics } = setUp(...methods.map((method) => sender(method, async () => DOWN)));
  for (const title of ['a', 'b']) await notifier.notify(notificationOf({ title }), { budgetMs: BUDGET_MS });
  const dead = sender('slack', async () => DOWN);
  const alive = good('telegram');
  const flush = createNotificationSender({ senders: [dead, alive], metrics, timeoutMs: BUDGET_MS });
  const report = await spool.flush({ notification: flush }, new AbortController().signal);
  expect([dead.seen.length, alive.seen.map(({ title }) => title)]).toEqual([1, ['a', 'b']]);
  expect(report).toMatchObject({ delivered: 2, kept: 4, dropped: 0 });
});

test('a sender that throws or never answers is a failed delivery, and costs no more than its budget', async () => {
  const hanging = sender('slack', () => new Promise(() => {}));
  const throwing = sender('telegram', () => Promise.reject(new Error('boom')));
  const { notifier } = setUp(hanging, throwing);
  const sinceMs = performance.now();
  const results = await notifier.notify(notificationOf(), { budgetMs: BUDGET_MS });
  expect(performance.now() - sinceMs).toBeLessThan(BUDGET_MS + 500);
  expect(results.map(({ delivery }) => (delivery.ok ? '' : delivery.code))).toEqual([
    'sender too slow',
    'sender failed',
  ]);
});

test('secrets and control characters reach no sender, no log and no spool', async () => {
  const slack = sender('slack', async () => ({ ...DOWN, reason: 'refused hunter2' }));
  const { notifier, events, spool } = setUp(slack);
  const dirty = 'a hunter2\u001b[2J\u202e\r';
  await notifier.notify(
    notificationOf({
      key: dirty,
      title: dirty,
      text: dirty,
      source: dirty,
      facts: { [dirty]: dirty },
      links: [{ text: dirty, href: dirty }],
    }),
    { budgetMs: BUDGET_MS },
  );
  const everything = JSON.stringify([slack.seen, events, await spool.list()]);
  expect(everything).not.toContain('hunter2');
  expect(everything).not.toMatch(/\\u001b|\\u202e|\u202e|\\r/);
});

test('a full disk loses the spooled message and says so, nothing more', async () => {
  const run = plainRun(directory());
  const spool = { ...run.spool, add: async () => ({ ok: false, reason: 'no space left' }) as const };
  const notifier = createNotifier({
    ...run,
    spool,
    senders: [sender('slack', async () => DOWN)],
    redact: (text) => text,
  });
  const [result] = await notifier.notify(notificationOf(), { budgetMs: BUDGET_MS });
  expect(result?.spooled).toBe(false);
});
