// The live environment as an operator meets it: real components, real probes, what is said and what is left running.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Planned, writeEnvironment } from '../support/live-components.ts';
import { mdops, type Ran, startMdops } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const ROUTES = {
  feeds: { primary: { components: ['feed-a'] }, backup: { components: ['feed-b'] } },
};

describe('start-live-env', () => {
  const directory = temporaryDirectories('live');
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
  const begun = (): readonly string[] => readFileSync(join(home, 'begun'), 'utf8').trim().split('\n');

  test('it says HEALTH=READY, twice is once, and status agrees', async () => {
    await writeEnvironment(home, { nats: {}, mds: { after: ['nats'] } });
    const first = await run();
    expect(first.exit, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/^HEALTH=READY$/m);
    expect(await states()).toEqual({ nats: 'ready', mds: 'ready' });
    const second = JSON.parse((await run('--json')).stdout) as {
      components: { state: string }[];
      run: { log: string };
    };
    expect(second.components.map(({ state }) => state)).toEqual(['already ready', 'already ready']);
    expect(begun()).toEqual(['nats', 'mds']);
    expect(readFileSync(second.run.log, 'utf8')).toContain('"message":"HEALTH=READY"');
  });

  test('a component that dies is named with its last words, and what this run had started is stopped again', async () => {
    await writeEnvironment(home, {
      nats: {},
      mds: { after: ['nats'] },
      worker: { after: ['mds'], delayMs: 50, mode: 'die' },
    });
    const ran = await run();
    expect(ran.exit).toBe(2);
    expect(ran.stdout).toMatch(/worker +failed .*ended before it was ready/);
    expect(ran.stdout).toMatch(/last output of worker:\n +worker boots for user nobody\n +license expired/);
    expect(ran.stdout).toContain('HEALTH=FAILED component=worker');
    expect(ran.stdout).not.toContain('HEALTH=READY');
    expect(await states()).toEqual({ nats: 'stopped', mds: 'stopped', worker: 'stopped' });
  });

  test('what was there before a failed start stays', async () => {
    await writeEnvironment(home, { nats: {} });
    await run();
    await writeEnvironmentAgain({ worker: { mode: 'die' } });
    expect((await run()).exit).toBe(2);
    expect(await states()).toEqual({ nats: 'ready', worker: 'stopped' });
  });

  async function writeEnvironmentAgain(more: Readonly<Record<string, Planned>>): Promise<void> {
    const file = join(home, 'config/environments/live.yaml');
    const before = JSON.parse(readFileSync(file, 'utf8')) as { components: object };
    await writeEnvironment(home, more);
    const added = JSON.parse(readFileSync(file, 'utf8')) as { components: object };
    writeFileSync(file, JSON.stringify({ components: { ...before.components, ...added.components } }));
  }

  test('one that never gets ready is given up when its time is over', async () => {
    await writeEnvironment(home, { mds: { mode: 'mute', more: { start_timeout: '400ms' } } });
    const ran = await run();
    expect(ran.exit).toBe(2);
    expect(ran.stdout).toMatch(/mds +failed .*not ready after 400ms/);
    expect(await states()).toEqual({ mds: 'stopped' });
  });

  test('a program that does not exist is said so', async () => {
    await writeEnvironment(home, { mds: { more: { start: ['no-such-program'] } } });
    const ran = await run();
    expect(ran.exit).toBe(2);
    expect(ran.stdout).toMatch(/mds +failed .*no such program/);
  });

  test('stop ends even what ignores SIGTERM, wants a confirmation, and says GRACEFUL_SHUTDOWN=OK', async () => {
    await writeEnvironment(home, {
      nats: {},
      mds: { after: ['nats'], mode: 'stubborn', more: { stop_timeout: '300ms' } },
    });
    await run();
    const asked = await run('stop');
    expect(asked.exit).toBe(64);
    expect(asked.stderr).toContain('--yes');
    const ran = await run('stop', '--yes');
    expect(ran.exit, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/^GRACEFUL_SHUTDOWN=OK$/m);
    expect(await states()).toEqual({ nats: 'stopped', mds: 'stopped' });
    expect((await run('stop', '--yes')).stdout).toMatch(/nats +already stopped/);
  });

  test('restart is a stop and a start', async () => {
    await writeEnvironment(home, { nats: {}, mds: { after: ['nats'] } });
    await run();
    const ran = await run('--restart', '--yes');
    expect(ran.exit, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/^RESTART=OK$/m);
    expect(begun()).toEqual(['nats', 'mds', 'nats', 'mds']);
  });

  test('a dry run shows the plan of the real run and starts nothing', async () => {
    await writeEnvironment(home, { nats: {}, mds: { after: ['nats'] } });
    const planned = await run('--dry-run', '--json');
    expect(planned.exit, planned.stderr).toBe(0);
    expect(JSON.parse(planned.stdout)).toMatchObject({ ready: false, planned: true });
    expect((await run('--dry-run')).stdout).not.toContain('HEALTH=');
    expect(await states()).toEqual({ nats: 'stopped', mds: 'stopped' });
    const real = await run('--json');
    expect((await run('restart', '--dry-run')).stdout).toContain('would bring up 2 of 2');
    expect(await states()).toEqual({ nats: 'ready', mds: 'ready' });
    const hash = ({ stdout }: Ran) => (JSON.parse(stdout) as { run: { plan_hash: string } }).run.plan_hash;
    expect(hash(planned)).toBe(hash(real));
  });

  test('only the active route comes up, and a start never makes a second one', async () => {
    await writeEnvironment(home, { nats: {}, 'feed-a': { after: ['nats'] }, 'feed-b': { after: ['nats'] } }, ROUTES);
    expect((await run('--config-route', 'backup')).exit).toBe(0);
    expect(await states()).toEqual({ nats: 'ready', 'feed-a': 'standby', 'feed-b': 'ready' });
    const refused = await run('--config-route', 'primary');
    expect(refused.exit).toBe(77);
    expect(refused.stderr).toContain('failover to-primary');
    expect((await run()).stdout).toContain('on the backup route');
    expect((await run('restart', '--yes')).stdout).toContain('on the backup route');
    expect(await states()).toEqual({ nats: 'ready', 'feed-a': 'standby', 'feed-b': 'ready' });
  });

  test('--skip-live leaves out the exchange, --env-file reaches who asked for it and nobody else', async () => {
    const asks = { env_from: ['CTP_*'] };
    await writeEnvironment(home, { nats: {}, gateway: { after: ['nats'], more: { ...asks, live: true } } });
    writeFileSync(join(home, '.env.live'), "CTP_PRIMARY_USER_ID='u 1'\n", { mode: 0o600 });
    expect((await run('--skip-live', '--env-file', '.env.live')).stdout).toContain('left out: gateway');
    await run('--env-file', '.env.live');
    const said = (name: string) => readFileSync(join(home, `.mdops/components/live/${name}.log`), 'utf8');
    expect(said('gateway')).toContain('for user u 1');
    expect(said('nats')).toContain('for user nobody');
  });

  test('a component that prints its password shows it to nobody', async () => {
    const more = { start: ['sh', '-c', 'echo login with $CTP_PRIMARY_PASSWORD; exit 1'], env_from: ['CTP_*'] };
    await writeEnvironment(home, { gateway: { more } });
    writeFileSync(join(home, '.env.live'), "CTP_PRIMARY_PASSWORD='canary-Passw0rd'\n", { mode: 0o600 });
    for (const words of [
      ['--env-file', '.env.live'],
      ['--env-file', '.env.live', '--json'],
    ]) {
      const ran = await run(...words);
      expect(ran.exit).toBe(2);
      expect(ran.stdout).toContain('login with <secret>');
      expect(ran.stdout + ran.stderr).not.toContain('canary');
    }
    const logs = readdirSync(join(home, 'logs/runbooks')).map((name) =>
      readFileSync(join(home, 'logs/runbooks', name), 'utf8'),
    );
    expect(logs.join('')).toContain('login with <secret>');
    expect(logs.join('')).not.toContain('canary');
  });

  test('a port that somebody else answers on is ready but not ours to stop', async () => {
    const ports = await writeEnvironment(home, { nats: { more: { stop_timeout: '200ms' } } });
    const foreign = createServer((_request, response) => response.end('x'));
    await new Promise<void>((resolve) => foreign.listen(ports.get('nats'), '127.0.0.1', resolve));
    try {
      expect((await run()).stdout).toMatch(/nats +already ready .*not started by mdops/);
      const stopped = await run('stop', '--yes');
      expect(stopped.exit).toBe(2);
      expect(stopped.stdout).toContain('GRACEFUL_SHUTDOWN=FAILED component=nats');
    } finally {
      foreign.closeAllConnections();
      await new Promise((resolve) => foreign.close(resolve));
    }
  });

  test('Ctrl-C undoes what was begun', async () => {
    await writeEnvironment(home, { nats: {}, mds: { after: ['nats'], mode: 'mute' } });
    const child = startMdops(['start-live-env', '--profile', 'live'], { cwd: home });
    await eventually('mds to begin', 5_000, () => {
      try {
        return begun().includes('mds') || undefined;
      } catch {
        return undefined;
      }
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(await states()).toEqual({ nats: 'stopped', mds: 'stopped' });
  });

  test('a start that was killed is taken up by the next one: nothing is begun twice, everything can be stopped', async () => {
    await writeEnvironment(home, { nats: {}, mds: { after: ['nats'], delayMs: 400 } });
    const child = startMdops(['start-live-env', '--profile', 'live'], { cwd: home });
    const known = join(home, '.mdops/state/components/live/mds.json');
    await eventually('mds to be known', 10_000, () => {
      return (existsSync(known) && readFileSync(known, 'utf8').includes('"pid"')) || undefined;
    });
    child.kill('SIGKILL');
    const ran = await run();
    expect(ran.exit, ran.stderr).toBe(0);
    expect(begun()).toEqual(['nats', 'mds']);
    expect((await run('stop', '--yes')).stdout).toMatch(/^GRACEFUL_SHUTDOWN=OK$/m);
    expect(await states()).toEqual({ nats: 'stopped', mds: 'stopped' });
  });

  test('Compose is run with exactly the recorded arguments', async () => {
    await writeEnvironment(home, {});
    const file = join(home, 'config/environments/live.yaml');
    const ready = { kind: 'command', command: ['test', '-e', join(home, 'running')] };
    const mds = { driver: 'compose', file: 'compose.yaml', service: 'mds', ready, stop_timeout: '3s' };
    writeFileSync(file, JSON.stringify({ components: { mds } }));
    mkdirSync(join(home, 'bin'));
    writeFileSync(join(home, 'bin/docker'), FAKE_DOCKER, { mode: 0o755 });
    const options = { cwd: home, env: { PATH: `${home}/bin:${process.env['PATH']}` } };
    const compose = (...words: string[]) => mdops(['start-live-env', ...words, '--profile', 'live'], options);
    const started = await compose();
    expect(started.exit, started.stderr + started.stdout).toBe(0);
    const stopped = await compose('stop', '--yes');
    expect(stopped.exit, stopped.stderr + stopped.stdout).toBe(0);
    const calls = readFileSync(join(home, 'calls'), 'utf8').trim().split('\n');
    const changing = calls.filter((call) => !call.includes(' ps '));
    const head = `compose --file ${join(home, 'config/environments/compose.yaml')}`;
    expect(changing).toEqual([`${head} up --detach --no-deps -- mds`, `${head} stop --timeout 2 -- mds`]);
    expect(calls[0]).toBe(`${head} ps --services --status running`);
  });

  test('an environment without components is a mistake in the configuration', async () => {
    await writeEnvironment(home, {});
    const ran = await run();
    expect(ran.exit).toBe(78);
    expect(ran.stderr).toContain('config/environments/live.yaml');
  });
});

/** Writes down how it is called and does as Compose would with one service. */
const FAKE_DOCKER = `#!/bin/sh
echo "$*" >> calls
case " $* " in
  *" ps "*) [ -e running ] && echo mds ;;
  *" up "*) touch running ;;
  *" stop "*) rm running ;;
esac
exit 0
`;
