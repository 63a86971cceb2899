// The native stack: up until told otherwise, ended by its own pids, honest about what is broken.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mdops, type Ran } from '../support/mdops.ts';

const cwd = mkdtempSync(join(tmpdir(), 'mdops-stack-'));
const taken = createServer();
let takenPort = 0;
let urls: Record<string, string> = {};

const stack = (...words: string[]): Promise<Ran> => mdops(['stack', ...words, '--skip-metrics'], { cwd });

beforeAll(async () => {
  cpSync('config', join(cwd, 'config'), { recursive: true });
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  takenPort = (taken.address() as { port: number }).port;
  writeFileSync(join(cwd, 'slack-url'), 'http://127.0.0.1:9/services/desk');
  const up = await mdops(['stack', 'up', '--skip-metrics', '--json', '--pushgateway-port', String(takenPort)], {
    cwd,
    env: { PATH: `${overtaken()}:${process.env['PATH']}`, SLACK_WEBHOOK_URL_FILE: join(cwd, 'slack-url') },
  });
  expect(up.exit, up.stderr).toBe(0);
  urls = (JSON.parse(up.stdout) as { urls: Record<string, string> }).urls;
}, 90_000);

afterAll(async () => {
  await stack('down');
  taken.close();
  rmSync(cwd, { recursive: true, force: true });
});

/** A Pushgateway that finds its port taken at its first start: somebody was quicker between the look and the start. */
function overtaken(): string {
  const folder = join(cwd, 'bin');
  const real = (process.env['PATH'] ?? '')
    .split(':')
    .map((each) => join(each, 'prometheus-pushgateway'))
    .find((path) => existsSync(path));
  mkdirSync(folder);
  const script = `#!/bin/sh
[ -e ${cwd}/overtaken ] && exec ${real} "$@"
: > ${cwd}/overtaken
exec ${real} --web.listen-address=127.0.0.1:${takenPort}
`;
  writeFileSync(join(folder, 'prometheus-pushgateway'), script, { mode: 0o755 });
  return folder;
}

function ownProcesses(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${cwd}`);
    } catch {
      return false;
    }
  });
}

test('a taken port is left alone, another one is found', () => {
  expect(urls['pushgateway']).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(urls['pushgateway']).not.toBe(`http://127.0.0.1:${takenPort}`);
});

test('a port that is taken between the look and the start is no end: another one is found', () => {
  expect(existsSync(join(cwd, 'overtaken'))).toBe(true);
});

test('up again changes nothing', async () => {
  const before = ownProcesses();
  const again = await stack('up', '--json');
  expect(again.exit, again.stderr).toBe(0);
  expect((JSON.parse(again.stdout) as { urls: unknown }).urls).toEqual(urls);
  expect(ownProcesses()).toEqual(before);
});

test('up of another platform, in another pace or to stand-ins is refused while this one is up', async () => {
  for (const words of [['--platform', 'b25'], ['--speed', '300'], ['--stand-ins']]) {
    const refused = await stack('up', ...words, '--json');
    expect(refused.exit, words.join(' ')).toBe(77);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'stack is another' } });
  }
  expect((await stack('down', '--dry-run')).stdout).toMatch(/^would end the stack: \d+ processes$/m);
});

test('an address that is given is looked at instead, the others are those of the stack', async () => {
  for (const flag of ['--pushgateway-url', '--alertmanager-url']) {
    const verified = await stack('verify', flag, 'http://127.0.0.1:9', '--json');
    expect(verified.exit, verified.stdout).toBe(2);
    const { checks } = JSON.parse(verified.stdout) as { checks: { grade: string; note: string }[] };
    expect(checks.filter(({ grade }) => grade === 'critical').map(({ note }) => note)).toEqual([
      expect.stringContaining('http://127.0.0.1:9'),
    ]);
  }
});

/** Lets in only who has this word for it, as a proxy in front of a remote does. */
async function guarded(url: string, wanted: string): Promise<{ url: string; close: () => void }> {
  const door = createHttpServer(async (request, response) => {
    if (request.headers.authorization !== wanted) return void response.writeHead(401).end();
    const answer = await fetch(`${url}${request.url}`);
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(door.address() as { port: number }).port}`, close: () => door.close() };
}

test('remotes that want a login are asked with the configured one, each with its own', async () => {
  const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
  const doors = {
    pushgateway: await guarded(urls['pushgateway']!, basic('pusher:one')),
    prometheus: await guarded(urls['prometheus']!, basic('reader:two')),
    alertmanager: await guarded(urls['alertmanager']!, 'Bearer three'),
  };
  const flags = Object.entries(doors).flatMap(([name, { url }]) => [`--${name}-url`, url]);
  const env = {
    PUSHGATEWAY_USERNAME: 'pusher',
    PUSHGATEWAY_PASSWORD: 'one',
    PROMETHEUS_USERNAME: 'reader',
    PROMETHEUS_PASSWORD: 'two',
    ALERTMANAGER_TOKEN: 'three',
  };
  const known = await mdops(['stack', 'verify', ...flags, '--json'], { cwd, env });
  expect(known.exit, known.stdout).toBe(1);
  const stranger = await mdops(['stack', 'verify', ...flags, '--json'], { cwd });
  expect(stranger.exit).toBe(2);
  expect(stranger.stdout).toContain('401');
  for (const { close } of Object.values(doors)) close();
});

test('verify warns of services that are not there, and finds its own parts well', async () => {
  const ran = await stack('verify', '--json');
  expect(ran.exit, ran.stdout).toBe(1);
  const { checks } = JSON.parse(ran.stdout) as { checks: { what: string; grade: string }[] };
  expect(checks.filter(({ grade }) => grade === 'critical' || grade === 'unknown')).toEqual([]);
  const warned = checks.filter(({ grade }) => grade === 'warning').map(({ what }) => what);
  expect(warned).toContain('target market-data-service');
});

test('reload reads changed rules, and refuses broken ones while the old stay in force', async () => {
  const file = join(cwd, 'config/platforms/market-data/rules/mdops.yml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('alert: Watchdog', 'alert: Watchdog_Renamed'));
  expect((await stack('reload')).exit).toBe(0);
  const names = async (): Promise<string> => (await fetch(`${urls['prometheus']}/api/v1/rules`)).text();
  expect(await names()).toContain('Watchdog_Renamed');
  writeFileSync(file, text.replace('expr: vector(1)', 'expr: vector('));
  const refused = await stack('reload');
  expect(refused.exit).toBe(2);
  expect(refused.stderr).toContain('the old configuration stays in force');
  expect(await names()).toContain('Watchdog_Renamed');
  writeFileSync(file, text);
  expect((await stack('reload')).exit).toBe(0);
});

test('reload brings changed routing and scraping too, with the addresses of this stack', async () => {
  const change = (name: string, from: string, to: string): void => {
    const file = join(cwd, 'config/platforms/market-data', name);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(from);
    writeFileSync(file, text.replace(from, to));
  };
  change('alertmanager.yml', 'group_wait: 15s', 'group_wait: 17s');
  change('prometheus.yml', 'job_name: market-data-service', 'job_name: market-data-renamed');
  const before = await targets();
  expect((await stack('reload')).exit).toBe(0);
  const routing = await (await fetch(`${urls['alertmanager']}/api/v2/status`)).text();
  expect(routing).toContain('group_wait: 17s');
  // From another shell: the receivers stay those of the start.
  expect(routing).toContain(join(cwd, 'slack-url'));
  await expect
    .poll(targets, { timeout: 10_000 })
    .toEqual(before.map((target) => target.replace('market-data-service', 'market-data-renamed')).sort());
  // What cannot be read changes nothing, neither here nor there.
  change('prometheus.yml', 'scrape_configs:\n', 'scrape_configs: [\n');
  const refused = await stack('reload');
  expect([refused.exit, refused.stderr]).toEqual([78, expect.stringMatching(/prometheus.yml:\d+: /)]);
  expect(await targets()).toContain('market-data-renamed 127.0.0.1:9101');
  change('prometheus.yml', 'scrape_configs: [\n', 'scrape_configs:\n');
  change('prometheus.yml', 'job_name: market-data-renamed', 'job_name: market-data-service');
  expect((await stack('reload')).exit).toBe(0);
});

async function targets(): Promise<string[]> {
  const { data } = (await (await fetch(`${urls['prometheus']}/api/v1/targets`)).json()) as {
    data: { activeTargets: { labels: { job: string; instance: string } }[] };
  };
  return data.activeTargets.map(({ labels }) => `${labels.job} ${labels.instance}`).sort();
}

test('a part that died is named, verify is critical, and up brings it back', async () => {
  const victim = ownProcesses().find((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('prometheus-alertmanager'),
  );
  process.kill(Number(victim), 'SIGKILL');
  await expect.poll(async () => (await stack('status')).exit, { timeout: 10_000 }).toBe(2);
  expect((await stack('status')).stdout).toContain('alertmanager not running');
  const verified = await stack(
    'verify',
    '--prometheus-url',
    urls['prometheus']!,
    '--alertmanager-url',
    urls['alertmanager']!,
    '--pushgateway-url',
    urls['pushgateway']!,
  );
  expect(verified.exit).toBe(2);
  const up = await stack('up', '--json');
  expect(up.exit, up.stderr).toBe(0);
  expect((await stack('status')).exit).toBe(0);
}, 90_000);

test('down ends every process of it and nothing else; down again is fine', async () => {
  const ran = await stack('down');
  expect(ran.exit, ran.stderr).toBe(0);
  await expect.poll(() => ownProcesses(), { timeout: 5_000 }).toEqual([]);
  expect((await stack('down')).stdout).toContain('no stack was up');
  expect((await stack('status')).stdout).toContain('no stack is up');
  // A start that does not even begin leaves nothing to look at.
  const lacking = await mdops(['stack', 'up', '--skip-metrics'], { cwd, env: { PATH: join(cwd, 'nowhere') } });
  expect(lacking.exit, lacking.stderr).not.toBe(0);
  expect((await stack('status')).stdout).toContain('no stack is up');
  for (const driver of [[], ['--driver', 'compose'], ['--driver', 'k8s']]) {
    for (const verb of ['verify', 'reload']) expect((await stack(verb, ...driver)).exit).toBe(69);
  }
});
