// Processes of ours across crashes: what a killed run had begun is found by its mark and ended before anything new.

import { describe, expect, it } from 'vitest';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { createProcesses } from '../../../lib/effects/real-processes.ts';
import { createRandom } from '../../../lib/effects/real-random.ts';
import type { Component } from '../../../lib/flows/start-live-env/component.ts';
import { createProcessDriver } from '../../../lib/flows/start-live-env/drivers/process-driver.ts';
import { normalizeConfig } from '../../../lib/services/config/normalize.ts';
import { createDocuments } from '../../../lib/services/state/documents.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const COMPONENT: Component = {
  name: 'nats',
  driver: 'process',
  start: ['sleep', '60'],
  after: [],
  ready: { kind: 'tcp', address: '127.0.0.1:1', intervalMs: 100, timeoutMs: 100 },
  startTimeoutMs: 1_000,
  stopTimeoutMs: 1_000,
  live: false,
  env: new Map(),
  envFrom: [],
  workDir: undefined,
};
const FILLINGS = { programs: '', state_dir: '', profile: 'sim', route: 'primary', window: '' };

describe('the process driver', () => {
  const directory = temporaryDirectories('process-driver');
  const signal = new AbortController().signal;

  function setUp() {
    const stateDir = directory();
    const clock = createClock();
    const random = createRandom();
    const files = createFiles();
    const processes = createProcesses({ clock, random });
    const documents = createDocuments(files, stateDir);
    const env = { MDOPS_STATE_DIR: stateDir };
    const { config } = normalizeConfig({ files: [], env, flags: {}, workingDirectory: stateDir, secrets: new Map() });
    const driver = createProcessDriver({ processes, documents, files, config, random }, FILLINGS, new Map());
    return { driver, documents, processes, stateDir };
  }

  it('knows its process again, and no other run of the same pid', async () => {
    const { driver, documents } = setUp();
    expect(await driver.start(COMPONENT, signal)).toEqual({ ok: true });
    expect(await driver.look(COMPONENT, signal)).toBe('running');
    const known = (await documents.read('components/sim/nats')) as { pid: number; startedTicks: number };
    await documents.write('components/sim/nats', { ...known, startedTicks: known.startedTicks - 1 });
    expect(await driver.look(COMPONENT, signal)).toBe('stopped');
    await documents.write('components/sim/nats', known);
    expect(await driver.stop(COMPONENT, signal)).toEqual({ ok: true });
    expect(await driver.look(COMPONENT, signal)).toBe('stopped');
  });

  it('ends what a run had started when it was killed before it could write down the pid', async () => {
    const { driver, documents, processes, stateDir } = setUp();
    const mark = '0123456789abcdef;';
    await documents.write('components/sim/nats', { mark });
    const orphan = await processes.spawnDetached({ argv: ['sleep', '60'], logFile: `${stateDir}/log`, mark });
    expect(await processes.isAlive(orphan)).toBe(true);
    await driver.settle(COMPONENT);
    expect(await processes.isAlive(orphan)).toBe(false);
    expect(await documents.read('components/sim/nats')).toBe(null);
  });

  it('ends what a component forked before it left, so that nothing answers in the place of the next', async () => {
    const { driver, documents, processes } = setUp();
    await driver.start({ ...COMPONENT, start: ['sh', '-c', 'sleep 60 & exit 0'] } as Component, signal);
    const { mark } = (await documents.read('components/sim/nats')) as { mark: string };
    await expect.poll(() => driver.look(COMPONENT, signal)).toBe('stopped');
    await driver.settle(COMPONENT);
    expect(await processes.endLeftovers(mark, 0)).toBe(0);
    expect(await documents.read('components/sim/nats')).toBe(null);
  });

  it('settles nothing that was written down', async () => {
    const { driver } = setUp();
    await driver.start(COMPONENT, signal);
    await driver.settle(COMPONENT);
    expect(await driver.look(COMPONENT, signal)).toBe('running');
    await driver.stop(COMPONENT, signal);
  });
});
