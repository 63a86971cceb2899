// A stand-in of Telegram's Bot API, as far as messages go.

import {
  isObject,
  type StandInAnswer,
  type StandInOptions,
  type StandInRequest,
  type StandInServer,
  startStandIn,
} from './json-server.ts';

export interface TelegramMessage {
  readonly chatId: string;
  readonly text: string;
}

export interface TelegramStandIn extends StandInServer {
  messages(): readonly TelegramMessage[];
}

export interface TelegramOptions extends StandInOptions {
  readonly botToken?: string;
}

const LONGEST = 4_096;

export async function startTelegram(options: TelegramOptions = {}): Promise<TelegramStandIn> {
  const messages: TelegramMessage[] = [];

  function sendMessage(request: StandInRequest): StandInAnswer | null {
    const match = /^\/bot([^/]+)\/(\w+)$/.exec(request.path);
    if (match === null) return null;
    if (match[1] !== (options.botToken ?? '1:standin')) return refuse(401, 'Unauthorized');
    if (match[2] !== 'sendMessage') return refuse(404, 'Not Found');
    const chatId = isObject(request.json) ? request.json['chat_id'] : undefined;
    const text = isObject(request.json) ? request.json['text'] : undefined;
    if (chatId === undefined || chatId === '') return refuse(400, 'Bad Request: chat_id is empty');
    if (typeof text !== 'string' || text.trim() === '') return refuse(400, 'Bad Request: message text is empty');
    if (text.length > LONGEST) return refuse(400, 'Bad Request: message is too long');
    messages.push({ chatId: String(chatId), text });
    return { status: 200, body: { ok: true, result: { message_id: messages.length, text } } };
  }

  const server = await startStandIn([sendMessage], options);
  return { ...server, messages: () => messages };
}

function refuse(status: number, description: string): StandInAnswer {
  return { status, body: { ok: false, error_code: status, description } };
}
