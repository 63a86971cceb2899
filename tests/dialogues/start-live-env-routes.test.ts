// Routes of the live environment without a switch of their own: never two active ones, and what is said of them.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeEnvironment } from '../support/live-components.ts';
import { mdops, type Ran } from '../support/mdops.ts';
import { startPushgateway } from '../support/real-pushgateway.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const ROUTES = {
  feeds: { primary: { components: ['feed-a'] }, backup: { components: ['feed-b'] } },
};
const directory = temporaryDirectories('live-routes');
let home = '';

beforeEach(() => {
  home = directory();
});
afterEach(async () => {
  await run('stop', '--yes');
});

function run(...words: string[]): Promise<Ran> {
  return mdops(['start-live-env', ...words, '--profile', 'live'], { cwd: home, env: { PUSHGATEWAY_URL: '' } });
}
async function states(): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await run('status', '--json');
  const { components } = JSON.parse(stdout) as { components: readonly { name: string; state: string }[] };
  return Object.fromEntries(components.map(({ name, state }) => [name, state]));
}

/** Routes that a command starts and stops: nobody but their probes can tell whether they are up. */
function byCommand(name: string): Readonly<Record<string, unknown>> {
  const mark = join(home, `${name}.up`);
  const ready = { kind: 'command', command: ['test', '-e', mark] };
  return { driver: 'command', start: ['touch', mark], stop: ['rm', '-f', mark], ready };
}

test('routes that only answer for themselves: one of them rests, and a start does not make a second one', async () => {
  await writeEnvironment(home, { 'feed-a': { more: byCommand('a') }, 'feed-b': { more: byCommand('b') } }, ROUTES);
  expect((await run('--config-route', 'backup')).exit).toBe(0);
  expect(await states()).toEqual({ 'feed-a': 'standby', 'feed-b': 'ready' });
  expect((await run('status')).exit).toBe(0);
  expect((await run()).stdout).toContain('on the backup route');
  expect((await run('--config-route', 'primary')).exit).toBe(77);
  expect(await states()).toEqual({ 'feed-a': 'standby', 'feed-b': 'ready' });
  expect((await run('stop', '--yes')).exit).toBe(0);
  expect((await run('status')).stdout).toContain('live: stopped');
});

test('components are told the route that was decided on', async () => {
  const line = 'echo "$0" > worker.route; trap "rm worker.route; exit" TERM; while :; do sleep 0.05; done';
  const ready = { kind: 'command', command: ['grep', '-q', '{route}', join(home, 'worker.route')] };
  const worker = { more: { start: ['sh', '-c', line, '{route}'], ready } };
  await writeEnvironment(home, { 'feed-a': {}, 'feed-b': {}, worker }, ROUTES);
  expect((await run('--config-route', 'backup')).exit).toBe(0);
  expect((await run('restart', '--yes')).exit).toBe(0);
  expect(readFileSync(join(home, 'worker.route'), 'utf8')).toBe('backup\n');
});

test('what is said of feeds and session is said by a whole start, and taken back when it is no longer so', async () => {
  const gateway = await startPushgateway();
  try {
    const told = async (...words: string[]): Promise<Record<string, number>> => {
      await mdops(['start-live-env', ...words, '--profile', 'live'], {
        cwd: home,
        env: { PUSHGATEWAY_URL: gateway.url },
      });
      const lines = (await gateway.scrape()).matchAll(/^(md_\w+)\{(.*)\} (\S+)$/gm);
      const nameOf = (name = '', labels = ''): string => name + (/feed="(\w+)"/.exec(labels)?.[1] ?? '');
      return Object.fromEntries([...lines].map(([, name, labels, value]) => [nameOf(name, labels), Number(value)]));
    };
    const feed = { more: { live: true, stop_timeout: '300ms' } };
    await writeEnvironment(home, { bus: {}, 'feed-a': feed, 'feed-b': feed }, ROUTES);
    const rehearsed = await told('--skip-live');
    expect(Object.keys(rehearsed).filter((name) => /active_feed|t5|session_startup/.test(name))).toEqual([]);
    const started = await told();
    expect(started).toMatchObject({ md_active_feedprimary: 1, md_active_feedbackup: 0 });
    expect(started['md_session_startup_duration_s']).toBeGreaterThan(0);
    expect(await told('stop', '--skip-live', '--yes')).toMatchObject({ md_active_feedprimary: 1 });
    expect(await told()).toMatchObject({ md_active_feedprimary: 1 });
    writeFileSync(join(home, 'component.js'), 'process.exit(1)');
    expect(await told('restart', '--yes')).toMatchObject({ md_runbook_exit_code: 2, md_active_feedprimary: 0 });
  } finally {
    await gateway.stop();
  }
});
