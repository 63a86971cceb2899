// A flag that the configuration knows sets its key, whichever command it is typed to: that is meant, or the flag is the
// command's own.

import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Command } from '../../../lib/run/command.ts';
import { listKeys } from '../../../lib/services/config/keys.ts';

/** Names that more than one command hands to the configuration, each for the same key. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  'account-label': ['check-feed-health', 'full-feed-subscription'],
  'alertmanager-url': ['alert-smoke', 'stack'],
  'control-plane': ['check-feed-health', 'full-feed-subscription'],
  'feed-label': ['check-feed-health', 'full-feed-subscription'],
  platform: ['alert-smoke', 'stack'],
  'prometheus-url': ['alert-smoke', 'rules', 'stack'],
  'pushgateway-url': ['alert-smoke', 'stack'],
};

const KEYS = new Map(listKeys().flatMap((row) => (row.flag === undefined ? [] : [[row.flag, row] as const])));
const COMMANDS = await Promise.all(
  readdirSync('scripts').map(async (file) => {
    const { command } = (await import(`../../../scripts/${file.replace(/\.ts$/, '')}.ts`)) as { command: Command };
    return command;
  }),
);
const HANDED_ON = COMMANDS.flatMap(({ name, flags }) =>
  Object.entries(flags)
    .filter(([flag, { isOwn }]) => isOwn !== true && KEYS.has(flag))
    .map(([flag, data]) => ({ name, flag, data })),
);

test('commands that share a flag with the configuration mean the same by it', () => {
  const users = new Map<string, string[]>();
  for (const { flag, name } of HANDED_ON) users.set(flag, [...(users.get(flag) ?? []), name].sort());
  const shared = [...users].filter(([, names]) => names.length > 1);
  expect(Object.fromEntries(shared)).toEqual(SHARED);
});

test('what may be given several times is a list in the configuration too', () => {
  const LISTS = /^(?:urls|words)$/;
  const lost = HANDED_ON.filter(({ flag, data }) => data.repeatable === true && !LISTS.test(KEYS.get(flag)!.kind));
  expect(lost.map(({ name, flag }) => `${name} --${flag}`)).toEqual([]);
});
