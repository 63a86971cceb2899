// The units as files: well-formed, hardened, and their schedules mean what they say.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const SERVICES = readdirSync('systemd').filter((name) => name.endsWith('.service'));
const TIMERS = readdirSync('systemd').filter((name) => name.endsWith('.timer'));

// systemd-analyze scores tenths: 20 is the promised exposure of 2.0.
const MOST_EXPOSED = 20;

describe('each service', () => {
  test('is one of those this toolkit schedules', () => {
    expect(SERVICES).toEqual([
      'alert-smoke.service',
      'backup.service',
      'check-feed-health.service',
      'failover-drill.service',
      'job-watch@.service',
      'mdops-notify@.service',
      'probe.service',
      'runs-prune.service',
      'spool-flush.service',
    ]);
  });

  for (const name of SERVICES) {
    test(`${name} passes systemd's own check`, () => {
      expect(verify(name)).toEqual({ status: 0, complaints: [] });
    });

    test(`${name} is exposed at 2.0 or less`, () => {
      const argv = ['security', '--offline=true', `--threshold=${MOST_EXPOSED}`, '--no-pager', join('systemd', name)];
      const { status, stdout } = spawnSync('systemd-analyze', argv, { encoding: 'utf8' });
      expect(stdout).toMatch(/Overall exposure level for .*: [0-2]\.\d OK/);
      expect(status).toBe(0);
    });

    test(`${name} points at a heading that exists`, () => {
      const [, path = '', heading] =
        /^Documentation=file:\/\/\/opt\/mdops\/([^#\n]+)(?:#(.+))?$/m.exec(read(name)) ?? [];
      if (name.startsWith('mdops-notify')) return;
      expect(existsSync(path)).toBe(true);
      const headings = [...readFileSync(path, 'utf8').matchAll(/^## (.+)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replace(/[^\w\s-]/g, '')
          .replace(/\s/g, '-'),
      );
      if (heading !== undefined) expect(headings).toContain(heading);
    });
  }

  for (const name of SERVICES.filter((service) => !service.startsWith('mdops-notify'))) {
    test(`${name} calls its command with words that it understands`, () => {
      const words = /^ExecStart=node \/opt\/mdops\/(.+)$/m.exec(read(name))?.[1]?.split(' ') ?? [];
      // Asked for help last, a command still refuses flags and verbs that it does not know.
      const at = words.includes('--') ? words.indexOf('--') : words.length;
      const { status, stderr } = spawnSync(process.execPath, words.toSpliced(at, 0, '--help'), { encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    });
  }

  test('that works tells somebody when it fails, and takes a warning, a busy target and a stop for answers', () => {
    for (const name of SERVICES.filter((service) => !service.startsWith('mdops-notify'))) {
      expect(read(name)).toMatch(/^OnFailure=mdops-notify@%n\.service$/m);
      expect(read(name)).toMatch(/^SuccessExitStatus=1 75 143$/m);
    }
  });

  test('names no secret by value', () => {
    for (const name of SERVICES) expect(read(name)).not.toMatch(/(?:SetCredential|TOKEN=|PASSWORD=|KEY=|WEBHOOK_URL=)/);
  });

  test('that a check would refuse is refused: the checks look', () => {
    const scratch = mkdtempSync(join(tmpdir(), 'mdops-units-'));
    const path = join(scratch, 'planted.service');
    spawnSync('tee', [path], { input: '[Service]\nExecStart=/nowhere/at-all\nProtectSistem=strict\n' });
    const checked = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
    const scored = spawnSync('systemd-analyze', ['security', '--offline=true', `--threshold=${MOST_EXPOSED}`, path]);
    rmSync(scratch, { recursive: true });
    expect(checked.stderr).toContain('ProtectSistem');
    expect(checked.status).not.toBe(0);
    expect(scored.status).not.toBe(0);
  });
});

describe('each timer', () => {
  for (const name of TIMERS) {
    test(`${name} passes systemd's own check and starts a service that exists`, () => {
      expect(verify(name)).toEqual({ status: 0, complaints: [] });
      const service = name
        .replace(/(@?)[^@]*\.timer$/, (whole, at) => (at === '' ? whole : '@.timer'))
        .replace('.timer', '.service');
      expect(SERVICES).toContain(service);
    });

    test(`${name} counts from boot or names the zone of its calendar`, () => {
      const calendars = [...read(name).matchAll(/^OnCalendar=(.+)$/gm)].map(([, when = '']) => when);
      for (const when of calendars) {
        expect(when).toMatch(/ Asia\/Shanghai$/);
        expect(spawnSync('systemd-analyze', ['calendar', '--iterations=2', when]).status).toBe(0);
      }
      if (calendars.length === 0) expect(read(name)).toMatch(/^OnBootSec=.+\nOnUnitActiveSec=/m);
    });
  }

  test('the drill of the failover is never caught up at a boot', () => {
    expect(read('failover-drill.timer')).toMatch(/^Persistent=false$/m);
  });
});

function read(name: string): string {
  return readFileSync(join('systemd', name), 'utf8');
}

function verify(name: string): { status: number | null; complaints: string[] } {
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', join('systemd', name)], {
    encoding: 'utf8',
  });
  // Units of this host are loaded along and may have faults of their own.
  const own = stderr
    .split('\n')
    .filter((line) => line.includes('/systemd/') && SERVICES.concat(TIMERS).some((unit) => line.includes(unit)));
  return { status, complaints: own };
}
