// The native stack: up until told otherwise, ended by its own pids, honest about what is broken.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  const up = await mdops(['stack', 'up', '--skip-metrics', '--json', '--pushgateway-port', String(takenPort)], {
    cwd,
    env: { PATH: `${overtaken()}:${process.env['PATH']}` },
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
});
