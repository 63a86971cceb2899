// Failover at a terminal: the plan is shown before the question, and a person who thinks is no latency.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startEmbeddedPair } from '../support/embedded-pair.ts';
import { eventually } from '../support/eventually.ts';
import { DIST } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const THINKS_MS = 1_500;
const directory = temporaryDirectories('failover-asked');

test('plan, question, answer; the latency is from the answer on', async () => {
  const pair = await startEmbeddedPair(directory());
  try {
    await pair.settle('primary');
    // A terminal of its own, as an operator has one.
    const line = `${process.execPath} ${join(DIST, 'mdops.js')} failover to-backup --profile pair`;
    const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], { cwd: pair.home });
    let shown = '';
    child.stdout.on('data', (text) => {
      shown += String(text);
    });
    await eventually('the question', 20_000, () => shown.includes('[y/N]') || undefined);
    expect(shown).toMatch(/1\. bring up backup[\s\S]*5\. demote primary[\s\S]*outage {2}none[\s\S]*fenced {2}by epoch/);
    await pause(THINKS_MS);
    child.stdin.write('y\n');
    const [exit] = await once(child, 'close');
    expect(exit, shown).toBe(0);
    const latencyMs = Number(/parity after (\d+) ms/.exec(shown)?.[1]);
    expect(latencyMs).toBeLessThan(THINKS_MS);
  } finally {
    await pair.stop();
  }
});
