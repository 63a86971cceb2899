// Slack: one message for each key, edited in place with a bot token, posted anew through the webhook otherwise.

import { DELIVERED, type Delivery } from '../../base/delivery.ts';
import { isRecord, own } from '../../base/json.ts';
import { Secret } from '../../base/secret.ts';
import type { Clock } from '../../effects/clock.ts';
import type { HttpResponse } from '../../effects/http.ts';
import type { Remote, RemoteAnswer } from '../remote/remote.ts';
import type { Sender, SendOptions } from './notification.ts';
import { toDelivery } from './remote-delivery.ts';
import { type SlackMessage, slackMessage } from './slack-message.ts';

/** Where a message went, so that a later one of the same key replaces it, also from another run. */
export interface SlackPlace {
  readonly channel: string;
  readonly ts: string;
}

export interface SlackPlaces {
  get(key: string): Promise<SlackPlace | null>;
  set(key: string, place: SlackPlace): Promise<void>;
}

export interface SlackOptions {
  readonly remote: Remote;
  readonly clock: Clock;
  readonly webhookUrl?: Secret | undefined;
  readonly botToken?: Secret | undefined;
  readonly channel: string;
  readonly apiUrl: string;
  readonly places: SlackPlaces;
}

// An incoming webhook takes about one message a second.
const PAUSE_MS = 1_000;
// The package wants an address; ours is a secret that only our own transport shall see.
const PLACEHOLDER_URL = 'https://hooks.slack.invalid/';
/** Errors of the Web API that pass by themselves; every other one is a mistake in token, channel or message. */
const PASSING: ReadonlySet<string> = new Set([
  'ratelimited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);

export function createSlackSender(options: SlackOptions): Sender {
  const inTurn = createTurns(options.clock);
  return {
    method: 'slack',
    canEdit: options.botToken !== undefined,
    send: async (notification, send) => {
      const message = slackMessage(notification);
      const viaBot = options.botToken === undefined ? null : await sendByBot(options, notification.key, message, send);
      if (viaBot !== null && (viaBot.ok || options.webhookUrl === undefined)) return viaBot;
      // What a later message replaces is noise where nothing can be replaced.
      if (notification.isInterim === true) return viaBot ?? DELIVERED;
      if (options.webhookUrl === undefined) return NOT_CONFIGURED;
      const { webhookUrl } = options;
      return inTurn(send.signal, () => sendByWebhook(options.remote, webhookUrl, message, send));
    },
  };
}

const NOT_CONFIGURED: Delivery = {
  ok: false,
  retryable: false,
  code: 'slack not configured',
  reason: 'Cannot tell Slack: neither a webhook nor a bot token is configured',
};
const CANCELLED: Delivery = {
  ok: false,
  retryable: true,
  code: 'cancelled',
  reason: 'Cannot tell Slack: the time for it was over',
};

interface Sent {
  readonly delivery: Delivery;
  /** False when its breaker kept Slack from being asked: such a message spaces nothing out. */
  readonly wasAsked: boolean;
}

/** One message after the other, a second apart. */
function createTurns(clock: Clock): (signal: AbortSignal | undefined, send: () => Promise<Sent>) => Promise<Delivery> {
  let freeMs = Number.NEGATIVE_INFINITY;
  let last: Promise<unknown> = Promise.resolve();
  const takeTurn = async (signal: AbortSignal | undefined, send: () => Promise<Sent>): Promise<Delivery> => {
    const waitMs = freeMs - clock.monotonicMs();
    try {
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      signal?.throwIfAborted();
    } catch {
      return CANCELLED;
    }
    const { delivery, wasAsked } = await send();
    if (wasAsked) freeMs = clock.monotonicMs() + PAUSE_MS;
    return delivery;
  };
  return (signal, send) => {
    const turn = last.then(() => takeTurn(signal, send));
    last = turn.catch(() => undefined);
    return turn;
  };
}

async function sendByWebhook(
  remote: Remote,
  url: Secret,
  message: SlackMessage,
  { timeoutMs, signal }: SendOptions,
): Promise<Sent> {
  const { IncomingWebhook } = await import('@slack/webhook');
  let answer: RemoteAnswer | null = null;
  const webhook = new IncomingWebhook(PLACEHOLDER_URL, {
    fetch: async (_placeholder, init) => {
      answer = await remote.send({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        body: String(init?.body ?? ''),
        timeoutMs,
        // A message twice is better than none.
        repeatable: true,
        judge: judgeWebhook,
        ...(signal === undefined ? {} : { signal }),
      });
      return asFetchResponse(answer);
    },
  });
  try {
    await webhook.send({ text: message.text, blocks: [...message.blocks] });
  } catch {
    // What it throws says less than the answer that we kept, and may quote it.
  }
  return answer === null ? { delivery: CANCELLED, wasAsked: false } : described(answer);
}

function described(answer: RemoteAnswer): Sent {
  return { delivery: toDelivery(answer), wasAsked: answer.attempts > 0 };
}

function judgeWebhook(response: HttpResponse): string | null {
  return response.text().trim() === 'ok' ? null : 'not with "ok"';
}

function asFetchResponse(answer: RemoteAnswer) {
  const text = answer.ok ? answer.response.text() : '';
  return {
    ok: answer.ok,
    // 400 keeps the package from trying again by itself: retries are the remote's business.
    status: answer.ok ? answer.response.status : 400,
    statusText: '',
    url: PLACEHOLDER_URL,
    headers: { get: () => null, entries: () => [] },
    arrayBuffer: async () => new TextEncoder().encode(text).buffer as ArrayBuffer,
    json: async () => null,
    text: async () => text,
  };
}

async function sendByBot(
  options: SlackOptions,
  key: string,
  message: SlackMessage,
  send: SendOptions,
): Promise<Delivery> {
  const place = await options.places.get(key).catch(() => null);
  if (place !== null) {
    const edited = await callApi(options, 'chat.update', { channel: place.channel, ts: place.ts, ...message }, send);
    // The message may be too old to edit, or deleted by someone: then it is posted anew.
    if (edited.delivery.ok || edited.delivery.retryable) return edited.delivery;
  }
  const posted = await callApi(options, 'chat.postMessage', { channel: options.channel, ...message }, send);
  const ts = own(posted.body, 'ts');
  const channel = own(posted.body, 'channel');
  if (typeof ts === 'string' && typeof channel === 'string') {
    await options.places.set(key, { channel, ts }).catch(() => undefined);
  }
  return posted.delivery;
}

async function callApi(
  { remote, apiUrl, botToken }: SlackOptions,
  method: string,
  body: object,
  { timeoutMs, signal }: SendOptions,
): Promise<{ readonly delivery: Delivery; readonly body: Readonly<Record<string, unknown>> }> {
  const answer = await remote.send({
    method: 'POST',
    url: `${apiUrl.replace(/\/+$/, '')}/${method}`,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      authorization: new Secret(`Bearer ${botToken?.reveal() ?? ''}`, 'slack bot token'),
    },
    body: JSON.stringify({ ...body, unfurl_links: false, unfurl_media: false }),
    timeoutMs,
    judge: (response) => (isRecord(response.json()) ? null : 'not with an object'),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!answer.ok) return { delivery: toDelivery(answer), body: {} };
  const value = answer.response.json();
  const said = isRecord(value) ? value : {};
  if (said['ok'] === true) return { delivery: DELIVERED, body: said };
  const error = /^[a-z_]{1,60}$/.exec(String(said['error']))?.[0] ?? 'unknown_error';
  return {
    delivery: {
      ok: false,
      retryable: PASSING.has(error),
      code: 'slack refused the message',
      reason: `Cannot tell Slack: it refused ${method} (${error})`,
    },
    body: {},
  };
}
