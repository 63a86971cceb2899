// What receivers are sent is read back into the same facts, whoever the receiver is.

import { expect, test } from 'vitest';
import { readReceipt } from '../../../lib/domain/alert-smoke/receipts.ts';

const TITLE = '[TEST] [critical] Feed_Down: Feed a is down';
const TEXT = 'description\nrunbook: r.md#a\ntest: n-1\n';
const FACTS = {
  atMs: 7,
  status: 200,
  isTest: true,
  alert: 'Feed_Down',
  severity: 'critical',
  nonce: 'n-1',
  isResolved: false,
};

const BODIES: Record<string, readonly [path: string, body: unknown]> = {
  'a Slack attachment': ['/slack/x', { attachments: [{ title: TITLE, text: TEXT, title_link: 'r.md#a' }] }],
  'a PagerDuty event': [
    '/pagerduty/x/v2/enqueue',
    { event_action: 'trigger', client_url: 'r.md#a', payload: { summary: TITLE, custom_details: { text: TEXT } } },
  ],
  'a Telegram message': ['/telegram/x/bot1/sendMessage', { chat_id: '-1', text: `${TITLE}\n${TEXT}` }],
  'a webhook': [
    '/webhook/x',
    {
      status: 'firing',
      commonLabels: { alertname: 'Feed_Down', severity: 'critical', nonce: 'n-1' },
      commonAnnotations: { runbook_url: 'r.md#a' },
    },
  ],
};

test.each(Object.entries(BODIES))('%s', (_name, [path, body]) => {
  const receipt = readReceipt({ atMs: 7, path, status: 200, body: JSON.stringify(body) });
  expect(receipt).toMatchObject({ ...FACTS, receiver: 'x' });
  expect(receipt?.text).toContain('r.md#a');
});

test('an end is told by the title, and by PagerDuty as an action', () => {
  const slack = { attachments: [{ title: `[TEST] [RESOLVED] [critical] Feed_Down: x`, text: TEXT }] };
  const page = { event_action: 'resolve', payload: { summary: TITLE } };
  const read = (path: string, body: unknown): boolean | undefined =>
    readReceipt({ atMs: 1, path, status: 200, body: JSON.stringify(body) })?.isResolved;
  expect([read('/slack/x', slack), read('/pagerduty/x', page)]).toEqual([true, true]);
});

test('what is no notification, and what cannot be read, is no accident', () => {
  expect(readReceipt({ atMs: 1, path: '/metrics', status: 200, body: '' })).toBe(null);
  expect(readReceipt({ atMs: 1, path: '/slack/x', status: 200, body: '{' })).toMatchObject({ alert: '', nonce: null });
});
