// The embedded environment through the shipped sim.yaml, on free ports: --mock, the active route, start after a stop.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../support/live-components.ts';
import { mdops, type Ran } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

describe('start-live-env --mock', () => {
  const directory = temporaryDirectories('live-sim');
  let home = '';

  beforeAll(async () => {
    home = directory();
    mkdirSync(join(home, 'config/environments'), { recursive: true });
    let text = readFileSync('config/environments/sim.yaml', 'utf8');
    for (const port of new Set(text.match(/\b174\d\d\b/g))) text = text.replaceAll(port, String(await freePort()));
    writeFileSync(join(home, 'config/environments/sim.yaml'), text);
  });
  afterAll(() => run('stop', '--mock', '--yes'));

  function run(...words: string[]): Promise<Ran> {
    return mdops(['start-live-env', ...words], { cwd: home });
  }

  test('everything comes up, consumers follow the primary route, status agrees', async () => {
    const planned = await run('--mock', '--dry-run', '--json');
    const ran = await run('--mock', '--json');
    expect(ran.exit, ran.stderr).toBe(0);
    const hash = ({ stdout }: Ran) => (JSON.parse(stdout) as { run: { plan_hash: string } }).run.plan_hash;
    expect(hash(planned)).toBe(hash(ran));
    const status = await run('status', '--mock', '--json');
    expect(status.exit, status.stdout).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({ environment: 'sim', active_routes: ['primary'] });
  });

  test('another route is not started beside the active one', async () => {
    const refused = await run('--mock', '--config-route', 'backup');
    expect(refused.exit).toBe(77);
    expect(refused.stderr).toContain('failover to-backup');
  });

  test('--failover is the failover command, and a start keeps the route that it left active', async () => {
    const ran = await run('--failover', '--mock', '--yes', '--log-dir', 'elsewhere', '--timeout', '1m');
    expect(ran.exit, ran.stderr).toBe(0);
    const [log = ''] = readdirSync(join(home, 'elsewhere')).filter((name) => name.startsWith('failover'));
    expect(readFileSync(join(home, 'elsewhere', log), 'utf8')).toContain('"--timeout=1m"');
    const status = await run('status', '--mock', '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({ active_routes: ['backup'] });
    expect((await run('--mock')).stdout).toContain('on the backup route');
    expect((await run('--failback', '--mock', '--yes')).exit).toBe(0);
  });

  test('after a stop the wanted route is brought up again, with a later epoch', async () => {
    expect((await run('stop', '--mock', '--yes')).stdout).toMatch(/^GRACEFUL_SHUTDOWN=OK$/m);
    expect((await run('status', '--mock')).exit).toBe(2);
    const ran = await run('--mock', '--config-route', 'backup');
    expect(ran.exit, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/route backup +ready .*consumers follow it/);
    const status = await run('status', '--mock', '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({ active_routes: ['backup'] });
    expect((await run('restart', '--mock', '--yes')).stdout).toContain('on the backup route');
  });

  test('a second environment on the same ports is told who holds them, and touches nothing of the first', async () => {
    const second = join(home, 'second');
    mkdirSync(join(second, 'config/environments'), { recursive: true });
    copyFileSync(join(home, 'config/environments/sim.yaml'), join(second, 'config/environments/sim.yaml'));
    const there = (...words: string[]) => mdops(['start-live-env', ...words, '--mock'], { cwd: second });
    const refused = await there();
    expect(refused.exit, refused.stdout).toBe(2);
    expect(refused.stdout).toContain('HEALTH=FAILED');
    // Several begin at once; the first that meets its port is told of.
    const [, role = '', pid, place] =
      /is taken by ([\w-]+) \(pid (\d+)\) of another embedded environment, with its state in (\S+): stop that one/.exec(
        refused.stdout,
      ) ?? [];
    const known = JSON.parse(readFileSync(join(home, `.mdops/state/components/sim/${role}.json`), 'utf8'));
    expect([Number(pid), place]).toEqual([known.data.pid, join(home, '.mdops/sim')]);
    expect((await there('status')).exit).toBe(2);
    expect((await there('stop', '--yes')).stdout).toMatch(/control-plane +already stopped/);
    expect((await run('status', '--mock')).exit).toBe(0);
  });

  test('--mock and another profile contradict each other', async () => {
    const ran = await run('--mock', '--profile', 'live');
    expect(ran.exit).toBe(64);
    expect(ran.stderr).toContain('--mock and --profile live');
  });
});
