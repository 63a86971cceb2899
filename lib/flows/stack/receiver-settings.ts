// Where a stack's real receivers get their addresses and keys from: files and names in the environment of who starts it.

import type { Context } from '../../run/context.ts';

const VARIABLES = {
  slack: 'SLACK_WEBHOOK_URL_FILE',
  pagerduty: 'PAGERDUTY_ROUTING_KEY_FILE',
  telegramToken: 'TELEGRAM_BOT_TOKEN_FILE',
  telegramChatId: 'TELEGRAM_CHAT_ID',
  deadMansSwitch: 'DEADMAN_URL',
} as const;

/** Null where nobody said anything. */
export type ReceiverSettings = Readonly<Record<keyof typeof VARIABLES, string | null>>;

/** `before`: of the stack that is up. Who reloads it from another shell must not take its receivers away. */
export function receiverSettings(
  { environment }: Pick<Context, 'environment'>,
  before?: ReceiverSettings,
): ReceiverSettings {
  const of = (name: keyof typeof VARIABLES): string | null =>
    environment.get(VARIABLES[name]) ?? before?.[name] ?? null;
  return {
    slack: of('slack'),
    pagerduty: of('pagerduty'),
    telegramToken: of('telegramToken'),
    telegramChatId: of('telegramChatId'),
    deadMansSwitch: of('deadMansSwitch'),
  };
}
