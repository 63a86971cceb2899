// `mdops spool` as an operator meets it: what waits, and sending it when the remote is back.

import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { mdops, type Ran } from '../support/mdops.ts';
import { startPushgateway } from '../support/real-pushgateway.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('spool-dialogue');
// Nothing listens there.
const CLOSED = 'http://127.0.0.1:9';

function run(cwd: string, words: readonly string[], url: string): Promise<Ran> {
  return mdops(words, { cwd, env: { MDOPS_STATE_DIR: 'state', PUSHGATEWAY_URL: url } });
}

test('nothing waits where nothing was held up', async () => {
  const ran = await run(directory(), ['spool'], CLOSED);
  expect([ran.exit, ran.stdout]).toEqual([0, 'nothing waits\n']);
});

test('what a gateway missed is listed with its age, kept while it is away, and pushed when it is back', async () => {
  const cwd = directory();
  const first = await run(cwd, ['job-watch', '--name', 'pack', '--', 'true'], CLOSED);
  expect(first.exit, first.stderr).toBe(0);
  expect(first.stderr).toContain('warning: Cannot push metrics');

  const listed = await run(cwd, ['spool'], CLOSED);
  expect(listed.stdout).toMatch(/^KIND +ABOUT +AGE +FOR +RUN\n[\s\S]*^push group +pack \/ sim +\S+ +pushgateway$/m);

  expect(listed.stdout).toMatch(/^pushgateway: Cannot PUT .*: connection refused; asked again by the next run$/m);

  const planned = await run(cwd, ['spool', 'flush', '--dry-run'], CLOSED);
  expect([planned.exit, planned.stdout]).toEqual([0, 'would send 2\n']);
  const kept = await run(cwd, ['spool', 'flush'], CLOSED);
  expect(kept.exit).toBe(1);
  expect(kept.stdout).toMatch(/^0 delivered, 2 still waiting, 0 given up\n/);

  const gateway = await startPushgateway();
  try {
    // Another breaker memory: the minute in which the gateway is left alone has passed.
    const other = { MDOPS_STATE_DIR: 'state', PUSHGATEWAY_URL: gateway.url };
    await forgetBreakers(cwd);
    const flushed = await mdops(['spool', 'flush'], { cwd, env: other });
    expect([flushed.exit, flushed.stdout]).toEqual([0, '2 delivered, 0 still waiting, 0 given up\n']);
    expect(await gateway.scrape()).toMatch(/job_success_total\{[^}]*job="pack"\} 1/);
    const again = await mdops(['spool', 'flush', '--all', '--json'], { cwd, env: other });
    expect(JSON.parse(again.stdout)).toMatchObject({
      schema: 'mdops.spool-flush/1',
      delivered: 2,
      kept: 0,
      exit_code: 0,
    });
  } finally {
    await gateway.stop();
  }
});

test('runs at the same time lose no count', async () => {
  const gateway = await startPushgateway();
  try {
    const cwd = directory();
    const names = Array.from({ length: 12 }, (_, at) => `job-${at % 3}-${at}`);
    const ran = await Promise.all(
      names.map((name) => run(cwd, ['job-watch', '--name', name, '--', 'true'], gateway.url)),
    );
    expect(ran.map(({ exit }) => exit)).toEqual(names.map(() => 0));
    await run(cwd, ['spool', 'flush'], gateway.url);
    const counts = (await gateway.scrape()).match(/^job_success_total\{.*\} 1$/gm) ?? [];
    expect(counts).toHaveLength(names.length);
  } finally {
    await gateway.stop();
  }
});

async function forgetBreakers(cwd: string): Promise<void> {
  await rm(`${cwd}/state/state/breakers`, { recursive: true, force: true });
}
