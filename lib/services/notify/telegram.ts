// Telegram: plain text by a bot, so that nothing in it is markup.

import { clip } from '../../base/clip.ts';
import type { Delivery } from '../../base/delivery.ts';
import { isRecord, own } from '../../base/json.ts';
import { Secret } from '../../base/secret.ts';
import type { HttpResponse } from '../../effects/http.ts';
import type { Remote } from '../remote/remote.ts';
import type { Notification, Sender } from './notification.ts';
import { toDelivery } from './remote-delivery.ts';

export interface TelegramOptions {
  readonly remote: Remote;
  readonly apiUrl: string;
  readonly botToken: Secret;
  readonly chatId: string;
}

// Bot API: 1 to 4,096 characters.
const TEXT_LENGTH = 4_096;
const WORDS = { trigger: 'ALERT', acknowledge: 'SEEN', resolve: 'RESOLVED', tell: 'NOTE' } as const;

export function createTelegramSender({ remote, apiUrl, botToken, chatId }: TelegramOptions): Sender {
  // The token is part of the address: the whole address is a secret.
  const url = new Secret(`${apiUrl.replace(/\/+$/, '')}/bot${botToken.reveal()}/sendMessage`, botToken.source);
  return {
    method: 'telegram',
    send: async (notification, { timeoutMs, signal }) => {
      const answer = await remote.send({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ chat_id: chatId, text: telegramText(notification), disable_web_page_preview: true }),
        timeoutMs,
        judge: judgeTelegram,
        ...(signal === undefined ? {} : { signal }),
      });
      const delivery = toDelivery(answer);
      return answer.ok || answer.response === null ? delivery : withBodyWait(delivery, answer.response);
    },
  };
}

function telegramText({ action, severity, title, text, facts, links, source }: Notification): string {
  const lines = [
    `${WORDS[action]} ${severity}: ${title}`,
    text,
    ...Object.entries(facts).map(([name, value]) => `${name}: ${value}`),
    ...links.map((link) => `${link.text}: ${link.href}`),
    source,
  ];
  return clip(lines.filter((line) => line !== '').join('\n'), TEXT_LENGTH);
}

function judgeTelegram(response: HttpResponse): string | null {
  const value = response.json();
  return isRecord(value) && value['ok'] === true ? null : 'not with ok: true';
}

/** Telegram says how long to wait in the body, not in a header. */
function withBodyWait(delivery: Delivery, response: HttpResponse): Delivery {
  if (delivery.ok || response.status !== 429) return delivery;
  try {
    const value = response.json();
    const parameters = isRecord(value) ? own(value, 'parameters') : undefined;
    const seconds = isRecord(parameters) ? parameters['retry_after'] : undefined;
    return typeof seconds === 'number' ? { ...delivery, retryAfterMs: seconds * 1_000 } : delivery;
  } catch {
    return delivery;
  }
}
