// How long a start takes: not much longer than its components need one after the other.

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Planned, writeEnvironment } from '../support/live-components.ts';
import { mdops, type Ran } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const SIX: Readonly<Record<string, Planned>> = {
  nats: { ready: 'tcp', delayMs: 400 },
  pushgateway: { delayMs: 250 },
  prometheus: { delayMs: 800 },
  'market-data-service': { after: ['nats'], delayMs: 500 },
  'market-data-live': {
    after: ['market-data-service'],
    ready: 'metric',
    delayMs: 500,
    more: { live: true, env_from: ['CTP_*'] },
  },
  'subscription-worker': { after: ['market-data-service'], delayMs: 200 },
};
const directory = temporaryDirectories('live-speed');

test('six components come up in the order of their needs, in no more than 1.2 times their longest chain', async () => {
  const home = directory();
  const run = (...words: string[]): Promise<Ran> =>
    mdops(['start-live-env', ...words, '--profile', 'live'], { cwd: home });
  const begun = (): readonly string[] => readFileSync(join(home, 'begun'), 'utf8').trim().split('\n');
  const tookMs = (name: string): number => Number(readFileSync(join(home, `${name}.took`), 'utf8'));
  await writeEnvironment(home, SIX);
  const ratios: number[] = [];
  // What else this machine does slows a start and never speeds one up: the best of three is the truth.
  for (let attempt = 0; attempt < 3 && !ratios.some((ratio) => ratio < 1.2); attempt += 1) {
    rmSync(join(home, 'begun'), { force: true });
    const ran = await run('--json');
    expect(ran.exit, ran.stderr).toBe(0);
    const report = JSON.parse(ran.stdout) as { ready: boolean; duration_ms: number };
    expect(report.ready).toBe(true);
    const order = begun();
    expect(order.indexOf('market-data-service')).toBeGreaterThan(order.indexOf('nats'));
    expect(order.indexOf('market-data-live')).toBeGreaterThan(order.indexOf('market-data-service'));
    const chain = ['nats', 'market-data-service', 'market-data-live'].reduce((sum, name) => sum + tookMs(name), 0);
    ratios.push(report.duration_ms / chain);
    await run('stop', '--yes');
  }
  expect(Math.min(...ratios)).toBeLessThan(1.2);
});
