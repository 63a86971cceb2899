// The stand-ins refuse what the real remotes refuse: a sender that passes here would pass there.

import { afterEach, describe, expect, test } from 'vitest';
import { startGrafana } from '../../../lib/sim/stand-ins/grafana.ts';
import { startPagerDuty } from '../../../lib/sim/stand-ins/pagerduty.ts';
import { startSlack } from '../../../lib/sim/stand-ins/slack.ts';
import { startTelegram } from '../../../lib/sim/stand-ins/telegram.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<[number, string]> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers });
  return [answer.status, await answer.text()];
}

const EVENT = {
  routing_key: 'k',
  event_action: 'trigger',
  dedup_key: 'd',
  payload: { summary: 's', source: 'h', severity: 'critical' },
};

describe('pagerduty', () => {
  const REFUSED: Readonly<Record<string, object>> = {
    'no routing key': { ...EVENT, routing_key: '' },
    'an action that is none': { ...EVENT, event_action: 'open' },
    'a summary beyond 1,024': { ...EVENT, payload: { ...EVENT.payload, summary: 'x'.repeat(1_025) } },
    'a severity that is none': { ...EVENT, payload: { ...EVENT.payload, severity: 'page' } },
    'no source': { ...EVENT, payload: { summary: 's', severity: 'info' } },
    'a key beyond 255': { ...EVENT, dedup_key: 'x'.repeat(256) },
    'a resolve without a key': { routing_key: 'k', event_action: 'resolve' },
  };

  test.each(Object.entries(REFUSED))('refuses %s', async (_name, event) => {
    const standIn = await startPagerDuty();
    open.push(standIn);
    expect((await post(`${standIn.url}/v2/enqueue`, event))[0]).toBe(400);
    expect(standIn.alerts()).toEqual([]);
  });

  test('throttles a key, and does not take what it throttled', async () => {
    const standIn = await startPagerDuty({ eventsPerMinute: 2 });
    open.push(standIn);
    const statuses: number[] = [];
    for (const dedup_key of ['a', 'b', 'c'])
      statuses.push((await post(`${standIn.url}/v2/enqueue`, { ...EVENT, dedup_key }))[0]);
    expect(statuses).toEqual([202, 202, 429]);
    expect(standIn.alerts()).toHaveLength(2);
  });

  test('drops a resolve with another routing key', async () => {
    const standIn = await startPagerDuty();
    open.push(standIn);
    await post(`${standIn.url}/v2/enqueue`, EVENT);
    const resolve = { routing_key: 'another', event_action: 'resolve', dedup_key: 'd' };
    expect((await post(`${standIn.url}/v2/enqueue`, resolve))[0]).toBe(202);
    expect(standIn.alerts().map(({ status }) => status)).toEqual(['triggered']);
  });
});

describe('slack', () => {
  const section = (text: string) => ({ text: 't', blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] });
  const REFUSED: Readonly<Record<string, readonly [body: unknown, word: string]>> = {
    'no text': [{}, 'no_text'],
    'a section beyond 3,000': [section('x'.repeat(3_001)), 'invalid_blocks'],
    'an empty section': [section(''), 'invalid_blocks'],
    'a header beyond 150': [
      { text: 't', blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] },
      'invalid_blocks',
    ],
    'eleven fields': [
      {
        text: 't',
        blocks: [{ type: 'section', fields: Array.from({ length: 11 }, () => ({ type: 'plain_text', text: 'x' })) }],
      },
      'invalid_blocks',
    ],
    'no object': ['x', 'invalid_payload'],
  };

  test.each(Object.entries(REFUSED))('refuses %s', async (_name, [body, word]) => {
    const standIn = await startSlack();
    open.push(standIn);
    expect(await post(standIn.webhookUrl, body)).toEqual([400, word]);
  });

  test('slows a webhook down and knows neither a wrong address nor a wrong token', async () => {
    const standIn = await startSlack({ messagesPerSecond: 1 });
    open.push(standIn);
    expect((await post(standIn.webhookUrl, { text: 'a' }))[0]).toBe(200);
    expect((await post(standIn.webhookUrl, { text: 'b' }))[0]).toBe(429);
    expect(await post(`${standIn.url}/services/other`, { text: 'a' })).toEqual([404, 'no_service']);
    const [status, text] = await post(
      `${standIn.apiUrl}/chat.postMessage`,
      { text: 'a' },
      { authorization: 'Bearer x' },
    );
    expect([status, JSON.parse(text)]).toEqual([200, { ok: false, error: 'invalid_auth' }]);
  });
});

test('telegram refuses what is too long and a token it does not know', async () => {
  const standIn = await startTelegram();
  open.push(standIn);
  const url = `${standIn.url}/bot1:standin/sendMessage`;
  expect((await post(url, { chat_id: 1, text: 'x'.repeat(4_097) }))[0]).toBe(400);
  expect((await post(`${standIn.url}/botx/sendMessage`, { chat_id: 1, text: 'x' }))[0]).toBe(401);
  expect((await post(url, { chat_id: 1, text: 'x' }))[0]).toBe(200);
});

test('grafana refuses annotations without text or for a dashboard it does not have, and takes further routes', async () => {
  const standIn = await startGrafana({
    routes: (state) => [
      ({ path }) => (path === '/api/count' ? { status: 200, body: { annotations: state.annotations.size } } : null),
    ],
  });
  open.push(standIn);
  expect((await post(`${standIn.url}/api/annotations`, { time: 1 }))[0]).toBe(400);
  expect((await post(`${standIn.url}/api/annotations`, { text: 'x', dashboardUID: 'none' }))[0]).toBe(400);
  expect((await post(`${standIn.url}/api/annotations`, { text: 'x', time: 1 }))[0]).toBe(200);
  expect(await (await fetch(`${standIn.url}/api/count`)).json()).toEqual({ annotations: 1 });
});
