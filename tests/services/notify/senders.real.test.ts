// The contract of every sender: what each fault means, no secret in any word, limits kept, an end in time.

import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Delivery } from '../../../lib/base/delivery.ts';
import { Secret } from '../../../lib/base/secret.ts';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createHttp } from '../../../lib/effects/real-http.ts';
import type { Sender } from '../../../lib/services/notify/notification.ts';
import { createPagerDutySender } from '../../../lib/services/notify/pagerduty.ts';
import { createSlackSender, type SlackPlace } from '../../../lib/services/notify/slack.ts';
import { createTelegramSender } from '../../../lib/services/notify/telegram.ts';
import { FAULT_KINDS, type FaultKind, startFaultServer } from '../../../lib/sim/fault-server.ts';
import { startPagerDuty } from '../../../lib/sim/stand-ins/pagerduty.ts';
import { startSlack } from '../../../lib/sim/stand-ins/slack.ts';
import { startTelegram } from '../../../lib/sim/stand-ins/telegram.ts';
import { monster, notificationOf } from '../../support/notifications.ts';
import { remoteFor } from '../../support/remotes.ts';

const CANARY = 'c4n4ry-S3CRET/+value';
const http = createHttp({ transport: 'one-shot' });
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});
afterAll(() => http.close());

interface Case {
  /** The sender, its secrets set to the canary, talking to this address. */
  readonly make: (url: string) => Sender;
  /** A stand-in that knows the canary, and what it took. */
  readonly start: () => Promise<{ readonly url: string; readonly taken: () => number; close(): Promise<void> }>;
  /** Answers of the fault server that this remote would give when it accepts. */
  readonly accepts: readonly FaultKind[];
}

const CASES: Readonly<Record<string, Case>> = {
  pagerduty: {
    make: (url) => createPagerDutySender({ remote: remoteFor(http, 'pagerduty'), apiUrl: url, routingKey: secret() }),
    start: async () => {
      const standIn = await startPagerDuty({ routingKeys: [CANARY] });
      return { ...standIn, taken: () => standIn.alerts().length };
    },
    accepts: ['accepted'],
  },
  'slack by webhook': {
    make: (url) => slack({ webhookUrl: new Secret(`${url}/services/${encodeURIComponent(CANARY)}`, 'TEST') }),
    start: async () => {
      const standIn = await startSlack({ webhookPath: `/services/${encodeURIComponent(CANARY)}` });
      return { ...standIn, taken: () => standIn.messages().length };
    },
    accepts: [],
  },
  'slack by bot': {
    make: (url) => slack({ botToken: secret(), apiUrl: `${url}/api` }),
    start: async () => {
      const standIn = await startSlack({ botToken: CANARY });
      return { ...standIn, taken: () => standIn.messages().length };
    },
    accepts: ['ok', '200 wrong type'],
  },
  telegram: {
    make: (url) => {
      const botToken = new Secret(encodeURIComponent(CANARY), 'TEST');
      return createTelegramSender({ remote: remoteFor(http, 'telegram'), apiUrl: url, botToken, chatId: '-100' });
    },
    start: async () => {
      const standIn = await startTelegram({ botToken: encodeURIComponent(CANARY) });
      return { ...standIn, taken: () => standIn.messages().length };
    },
    accepts: ['ok', '200 wrong type'],
  },
};

function secret(): Secret {
  return new Secret(CANARY, 'TEST');
}

function slack(changes: { webhookUrl?: Secret; botToken?: Secret; apiUrl?: string }): Sender {
  const places = new Map<string, SlackPlace>();
  return createSlackSender({
    remote: remoteFor(http, 'slack'),
    clock: createClock(),
    channel: '#ops',
    apiUrl: 'http://127.0.0.1:1',
    places: {
      get: async (key) => places.get(key) ?? null,
      set: async (key, place) => {
        places.set(key, place);
      },
    },
    ...changes,
  });
}

const PASSING: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'refused',
  'black hole',
  'reset on connect',
  'never answers',
  'drips its headers',
  'drips its body',
  'resets before its answer',
  'resets in its answer',
  'truncates by length',
  'truncates by chunks',
  'accepted but lost',
  '429',
  '429 with retry-after',
  '429 for an hour',
  '500',
  '503',
]);
const BUDGET_MS = 250;

function meaning(delivery: Delivery): string {
  return delivery.ok ? 'delivered' : delivery.retryable ? 'later' : 'never';
}

describe.each(Object.entries(CASES))('%s', (_name, { make, start, accepts }) => {
  test.each(FAULT_KINDS)(
    'a remote that does "%s" is understood in time, and no secret is in the words',
    async (kind) => {
      const server = await startFaultServer(kind);
      open.push(server);
      const sinceMs = performance.now();
      const delivery = await make(server.url).send(notificationOf(), { timeoutMs: BUDGET_MS });
      expect(performance.now() - sinceMs).toBeLessThan(BUDGET_MS + 1_000);
      expect(meaning(delivery)).toBe(accepts.includes(kind) ? 'delivered' : PASSING.has(kind) ? 'later' : 'never');
      for (const form of [CANARY, encodeURIComponent(CANARY), Buffer.from(CANARY).toString('base64')]) {
        expect(JSON.stringify(delivery)).not.toContain(form);
      }
    },
  );

  test('the real thing takes an ordinary notification of every action', async () => {
    const remote = await start();
    open.push(remote);
    const sender = make(remote.url);
    for (const action of ['trigger', 'acknowledge', 'resolve'] as const) {
      expect(await sender.send(notificationOf({ action }), { timeoutMs: 3_000 })).toEqual({ ok: true });
    }
    expect(remote.taken()).toBeGreaterThan(0);
  });

  test('whatever size and letters it has, the real thing takes it', async () => {
    const remote = await start();
    open.push(remote);
    const sender = make(remote.url);
    expect(await sender.send(monster(), { timeoutMs: 3_000 })).toEqual({ ok: true });
    const empty = notificationOf({ title: '', text: '', facts: {}, links: [], source: '' });
    expect(await sender.send(empty, { timeoutMs: 3_000 })).toEqual({ ok: true });
    expect(remote.taken()).toBe(2);
  });

  test('an aborted send ends at once and may be tried later', async () => {
    const server = await startFaultServer('never answers');
    open.push(server);
    const aborter = new AbortController();
    const sent = make(server.url).send(notificationOf(), { timeoutMs: 60_000, signal: aborter.signal });
    aborter.abort();
    expect(meaning(await sent)).toBe('later');
  });
});

describe('slack', () => {
  test('one message per key is edited in place by the bot, also by a later run', async () => {
    const standIn = await startSlack({ botToken: CANARY });
    open.push(standIn);
    const sender = slack({ botToken: secret(), apiUrl: standIn.apiUrl });
    await sender.send(notificationOf({ title: 'begins', isInterim: true }), { timeoutMs: 2_000 });
    await sender.send(notificationOf({ title: 'ended' }), { timeoutMs: 2_000 });
    await sender.send(notificationOf({ title: 'other', key: 'k2' }), { timeoutMs: 2_000 });
    expect(standIn.messages().map(({ text, edits }) => [text, edits])).toEqual([
      ['🔴 ended', 1],
      ['🔴 other', 0],
    ]);
  });

  test('without a bot an interim message is not posted, the last one is', async () => {
    const standIn = await startSlack();
    open.push(standIn);
    const sender = slack({ webhookUrl: new Secret(standIn.webhookUrl, 'TEST') });
    expect(await sender.send(notificationOf({ title: 'begins', isInterim: true }), { timeoutMs: 2_000 })).toEqual({
      ok: true,
    });
    await sender.send(notificationOf({ title: 'ended' }), { timeoutMs: 2_000 });
    expect(standIn.messages().map(({ text }) => text)).toEqual(['🔴 ended']);
  });

  test('a bot that is not let in falls back to the webhook', async () => {
    const standIn = await startSlack({ botToken: 'another' });
    open.push(standIn);
    const webhookUrl = new Secret(standIn.webhookUrl, 'TEST');
    const sender = slack({ botToken: secret(), apiUrl: standIn.apiUrl, webhookUrl });
    expect(await sender.send(notificationOf(), { timeoutMs: 2_000 })).toEqual({ ok: true });
    expect(standIn.messages().map(({ via }) => via)).toEqual(['webhook']);
  });

  test('a deleted message is posted anew', async () => {
    const standIn = await startSlack({ botToken: CANARY });
    open.push(standIn);
    const sender = createSlackSender({
      remote: remoteFor(http, 'slack'),
      clock: createClock(),
      channel: '#ops',
      apiUrl: standIn.apiUrl,
      botToken: secret(),
      places: { get: async () => ({ channel: 'C0', ts: '1.1' }), set: async () => undefined },
    });
    expect(await sender.send(notificationOf(), { timeoutMs: 2_000 })).toEqual({ ok: true });
    expect(standIn.messages()).toHaveLength(1);
  });

  test('several messages keep the pace of a webhook', async () => {
    const standIn = await startSlack({ messagesPerSecond: 1.1 });
    open.push(standIn);
    const sender = slack({ webhookUrl: new Secret(standIn.webhookUrl, 'TEST') });
    const sent = await Promise.all(
      ['a', 'b', 'c'].map((title) => sender.send(notificationOf({ title }), { timeoutMs: 2_000 })),
    );
    expect(sent).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    expect(standIn.requests.map(({ json }) => (json as { text: string }).text)).toEqual(['🔴 a', '🔴 b', '🔴 c']);
  });

  test('foreign text cannot call the channel, forge a link or hide behind control characters', async () => {
    const standIn = await startSlack();
    open.push(standIn);
    const hostile = '<!channel> <https://evil.example|click> &amp; <@U1>';
    const sender = slack({ webhookUrl: new Secret(standIn.webhookUrl, 'TEST') });
    const links = [{ text: hostile, href: 'https://ok.example/|x>' }];
    await sender.send(notificationOf({ title: hostile, text: hostile, facts: { [hostile]: hostile }, links }), {
      timeoutMs: 2_000,
    });
    const [message] = standIn.messages();
    const texts = JSON.stringify(message?.blocks).match(/"type":"mrkdwn","text":"[^"]*"/g) ?? [];
    expect(texts.length).toBeGreaterThan(0);
    for (const text of [...texts, message?.text ?? '']) expect(text).not.toMatch(/<[!@]|<https:\/\/evil/);
  });
});

describe('pagerduty', () => {
  test('one key is one alert: repeats join it, resolving ends it, the next trigger opens another', async () => {
    const standIn = await startPagerDuty({ routingKeys: [CANARY] });
    open.push(standIn);
    const sender = createPagerDutySender({
      remote: remoteFor(http, 'pagerduty'),
      apiUrl: standIn.url,
      routingKey: secret(),
    });
    for (const action of ['trigger', 'trigger', 'acknowledge', 'resolve', 'trigger'] as const) {
      await sender.send(notificationOf({ action }), { timeoutMs: 2_000 });
    }
    expect(standIn.alerts().map(({ status, triggers }) => [status, triggers])).toEqual([
      ['resolved', 2],
      ['triggered', 1],
    ]);
    expect(standIn.alerts()[0]).toMatchObject({
      severity: 'critical',
      source: 'ctp',
      summary: 'coverage 91.2 % on ctp',
    });
  });

  test('a wrong routing key is told in its own words and not retried', async () => {
    const standIn = await startPagerDuty({ routingKeys: ['right'] });
    open.push(standIn);
    const sender = createPagerDutySender({
      remote: remoteFor(http, 'pagerduty'),
      apiUrl: standIn.url,
      routingKey: secret(),
    });
    const delivery = await sender.send(notificationOf(), { timeoutMs: 2_000 });
    expect(delivery).toMatchObject({ ok: false, retryable: false });
    expect(delivery.ok ? '' : delivery.reason).toContain("'routing_key' is invalid");
    expect(standIn.requests).toHaveLength(1);
  });
});

test('telegram says in its body how long to wait', async () => {
  const standIn = await startTelegram();
  open.push(standIn);
  standIn.failAlways({ status: 429, body: { ok: false, error_code: 429, parameters: { retry_after: 7 } } });
  const botToken = new Secret('1:standin', 'TEST');
  const sender = createTelegramSender({
    remote: remoteFor(http, 'telegram'),
    apiUrl: standIn.url,
    botToken,
    chatId: '1',
  });
  expect(await sender.send(notificationOf(), { timeoutMs: 500 })).toMatchObject({
    retryable: true,
    retryAfterMs: 7_000,
  });
});
