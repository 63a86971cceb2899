// A command of the operator's own as receiver: real processes, arguments unchanged, the notification on stdin.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createEnvironment } from '../../../lib/effects/real-environment.ts';
import { createProcesses } from '../../../lib/effects/real-processes.ts';
import { createRandom } from '../../../lib/effects/real-random.ts';
import { createCommandSender } from '../../../lib/services/notify/command.ts';
import { notificationOf } from '../../support/notifications.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const directory = temporaryDirectories('command');
const processes = createProcesses({ clock: createClock(), random: createRandom(), environment: createEnvironment() });

function script(text: string): string {
  const path = join(directory(), 'receiver.sh');
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return path;
}

test('it gets its placeholders as arguments and everything as JSON', async () => {
  const out = join(directory(), 'out');
  const path = script(`printf '%s\\n' "$@" > '${out}'; cat >> '${out}'`);
  const line = `${path} {marker} "level {severity}" {exit_code} {title}`;
  const placeholders = { marker: 'feed-health', exit_code: '2' };
  const sender = createCommandSender({ processes, method: 'escalation', line, placeholders });
  const title = 'a "b" $(id) `id` ; * 😀';
  expect(await sender.send(notificationOf({ title }), { timeoutMs: 5_000 })).toEqual({ ok: true });
  const lines = readFileSync(out, 'utf8').split('\n');
  expect(lines.slice(0, 4)).toEqual(['feed-health', 'level critical', '2', title]);
  expect(JSON.parse(lines[4] ?? '')).toMatchObject({ key: 'mdops/live/ctp/1', title });
});

const ENDINGS: Readonly<Record<string, readonly [text: string, retryable: boolean, says: RegExp]>> = {
  'a failure with words': ['echo "no route" >&2; exit 3', false, /ended with 3: no route/],
  'a failure that asks for another try': ['exit 75', true, /ended with 75/],
  'a death by signal': ['kill -9 $$', false, /ended with (?:137|SIGKILL)/],
  'no end at all': ['sleep 60', true, /took too long/],
};

test.each(Object.entries(ENDINGS))('%s is told as it is', async (_name, [text, retryable, says]) => {
  const sender = createCommandSender({ processes, method: 'command', line: script(text) });
  const delivery = await sender.send(notificationOf(), { timeoutMs: 400 });
  expect(delivery).toMatchObject({ ok: false, retryable });
  expect(delivery.ok ? '' : delivery.reason).toMatch(says);
});

const MISTAKES: Readonly<Record<string, readonly [line: string, title: string, says: RegExp]>> = {
  'a program that is not there': ['no-such-receiver {title}', 'x', /no-such-receiver/],
  'an open quote': ['say "x', 'x', /open quote/],
  'a value that looks like an option': ['echo {title}', '--help', /read as an option/],
};

test.each(Object.entries(MISTAKES))('%s is a mistake that no retry mends', async (_name, [line, title, says]) => {
  const sender = createCommandSender({ processes, method: 'command', line });
  const delivery = await sender.send(notificationOf({ title }), { timeoutMs: 2_000 });
  expect(delivery).toMatchObject({ ok: false, retryable: false });
  expect(delivery.ok ? '' : delivery.reason).toMatch(says);
});
