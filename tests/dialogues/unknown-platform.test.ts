// A platform that does not exist is the same mistake in every command: exit 64, and the nearest name.

import { expect, test } from 'vitest';
import { mdops } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const newDirectory = temporaryDirectories('unknown-platform');

const COMMANDS = [
  'dashboards build --platform b52',
  'dashboards check --platform b52',
  'dashboards diff --platform b52 --url http://127.0.0.1:9',
  'rules generate b52',
  'stack up --platform b52',
  'stack verify --platform b52 --prometheus-url http://127.0.0.1:9 --pushgateway-url http://127.0.0.1:9 --alertmanager-url http://127.0.0.1:9',
  'alert-smoke --all --ephemeral --platform b52',
];

test.each(COMMANDS)('%s', async (words) => {
  const ran = await mdops([...words.split(' '), '--skip-metrics'], { cwd: newDirectory() });
  expect(ran.exit, ran.stderr).toBe(64);
  expect(ran.stderr).toContain('Cannot work on the platform "b52": there is no config/platforms/b52');
  expect(ran.stderr).toContain('hint: did you mean b25?');
});
