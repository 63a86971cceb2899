// A stand-in of Slack: an incoming webhook and the two Web API methods that post and edit.

import {
  isObject,
  type StandInAnswer,
  type StandInOptions,
  type StandInRequest,
  type StandInServer,
  startStandIn,
} from './json-server.ts';

export interface SlackStandInMessage {
  readonly via: 'webhook' | 'bot';
  readonly channel: string;
  readonly ts: string;
  /** The newest text: edits replace it. */
  readonly text: string;
  readonly blocks: unknown;
  readonly edits: number;
}

export interface SlackStandIn extends StandInServer {
  readonly webhookUrl: string;
  readonly apiUrl: string;
  messages(): readonly SlackStandInMessage[];
}

export interface SlackOptions extends StandInOptions {
  readonly botToken?: string;
  readonly webhookPath?: string;
  /** About one a second for a webhook; a burst of a few is forgiven. Default: unlimited. */
  readonly messagesPerSecond?: number;
}

// Limits of Block Kit.
const MOST_BLOCKS = 50;
const SECTION_LENGTH = 3_000;
const HEADER_LENGTH = 150;
const FIELD_LENGTH = 2_000;
const CHANNEL = 'C0STANDIN1';

export async function startSlack(options: SlackOptions = {}): Promise<SlackStandIn> {
  const messages: SlackStandInMessage[] = [];
  const webhookPath = options.webhookPath ?? '/services/T000/B000/standin';
  let lastMs = 0;
  let count = 0;

  function webhook(request: StandInRequest): StandInAnswer | null {
    if (!request.path.startsWith('/services/')) return null;
    if (request.path !== webhookPath) return { status: 404, body: 'no_service' };
    const pause = options.messagesPerSecond === undefined ? 0 : 1_000 / options.messagesPerSecond;
    if (request.atMs - lastMs < pause) return { status: 429, body: 'rate_limited', headers: { 'retry-after': '1' } };
    if (!isObject(request.json)) return { status: 400, body: 'invalid_payload' };
    const wrong = findWrong(request.json);
    if (wrong !== null) return { status: 400, body: wrong };
    lastMs = request.atMs;
    post('webhook', request.json);
    return { status: 200, body: 'ok' };
  }

  function api(request: StandInRequest): StandInAnswer | null {
    const method = /^\/api\/(chat\.\w+)$/.exec(request.path)?.[1];
    if (method === undefined) return null;
    const refuse = (error: string): StandInAnswer => ({ status: 200, body: { ok: false, error } });
    if (request.headers['authorization'] !== `Bearer ${options.botToken ?? 'xoxb-standin'}`)
      return refuse('invalid_auth');
    if (!isObject(request.json)) return refuse('invalid_json');
    const wrong = findWrong(request.json);
    if (wrong !== null) return refuse(wrong);
    if (method === 'chat.postMessage') {
      return { status: 200, body: { ok: true, channel: CHANNEL, ts: post('bot', request.json).ts } };
    }
    if (method !== 'chat.update') return refuse('unknown_method');
    return edit(request.json) ? { status: 200, body: { ok: true } } : refuse('message_not_found');
  }

  function post(via: SlackStandInMessage['via'], json: Record<string, unknown>): SlackStandInMessage {
    count += 1;
    const ts = `1700000000.${String(count).padStart(6, '0')}`;
    const message = { via, channel: CHANNEL, ts, text: String(json['text'] ?? ''), blocks: json['blocks'], edits: 0 };
    messages.push(message);
    return message;
  }

  function edit(json: Record<string, unknown>): boolean {
    const at = messages.findIndex((message) => message.ts === json['ts'] && message.channel === json['channel']);
    const old = messages[at];
    if (old === undefined) return false;
    messages[at] = { ...old, text: String(json['text'] ?? ''), blocks: json['blocks'], edits: old.edits + 1 };
    return true;
  }

  const server = await startStandIn([webhook, api], options);
  return {
    ...server,
    webhookUrl: `${server.url}${webhookPath}`,
    apiUrl: `${server.url}/api`,
    messages: () => messages,
  };
}

/** Slack's word for what is wrong with a message, or null. */
function findWrong(message: Record<string, unknown>): string | null {
  const { text, blocks } = message;
  if ((text === undefined || text === '') && blocks === undefined) return 'no_text';
  if (blocks === undefined) return null;
  if (!Array.isArray(blocks) || blocks.length === 0 || blocks.length > MOST_BLOCKS) return 'invalid_blocks';
  return blocks.every(isBlock) ? null : 'invalid_blocks';
}

function isBlock(block: unknown): boolean {
  if (!isObject(block)) return false;
  if (block['type'] === 'header') return isText(block['text'], HEADER_LENGTH, ['plain_text']);
  if (block['type'] === 'context') return isList(block['elements'], 10, SECTION_LENGTH);
  if (block['type'] !== 'section') return false;
  if (block['text'] === undefined && block['fields'] === undefined) return false;
  if (block['text'] !== undefined && !isText(block['text'], SECTION_LENGTH, ['plain_text', 'mrkdwn'])) return false;
  return block['fields'] === undefined || isList(block['fields'], 10, FIELD_LENGTH);
}

function isList(value: unknown, most: number, length: number): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length > most) return false;
  return value.every((one) => isText(one, length, ['plain_text', 'mrkdwn']));
}

function isText(value: unknown, length: number, types: readonly string[]): boolean {
  if (!isObject(value) || !types.includes(String(value['type']))) return false;
  const { text } = value;
  return typeof text === 'string' && text.length > 0 && text.length <= length;
}
