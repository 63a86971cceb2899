// The governor's memory on a real disk: counted before the act, orders beside it, damage never forgives.

import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Clock } from '../../../lib/effects/clock.ts';
import type { Files } from '../../../lib/effects/files.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { createGovernor } from '../../../lib/services/governor/governor.ts';
import { createDocuments } from '../../../lib/services/state/documents.ts';
import { crashAt } from '../../support/crashing-files.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const directory = temporaryDirectories('governor');
const BUDGET = { perHour: 3, perDay: 7 };
const CLOCK: Clock = { wallMs: () => 1, monotonicMs: () => 1, bootId: () => 'a', sleep: async () => {} };

function governor(path: string, files: Files = createFiles()) {
  return createGovernor({ documents: createDocuments(files, path), clock: CLOCK, operator: 'li' });
}

test('what was admitted is counted by the next process', async () => {
  const path = directory();
  for (let i = 0; i < 3; i += 1)
    expect((await governor(path).admit('primary', 'remediation', BUDGET)).allowed).toBe(true);
  expect(await governor(path).admit('primary', 'remediation', BUDGET)).toMatchObject({ code: 'budget spent' });
  expect((await governor(path).admit('backup', 'remediation', BUDGET)).allowed).toBe(true);
  expect(await governor(path).targets()).toEqual(['backup', 'primary']);
});

test('a process that dies while it asks has either not been answered or is counted', async () => {
  for (let fatal = 1; fatal <= 4; fatal += 1) {
    for (const when of ['before', 'after'] as const) {
      const path = directory();
      let isAnswered = false;
      void governor(path, crashAt(createFiles(), fatal, when))
        .admit('primary', 'remediation', BUDGET)
        .then(() => {
          isAnswered = true;
        });
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      const { state } = await governor(path).look('primary');
      if (isAnswered) expect(state.actions).toHaveLength(1);
    }
  }
});

test('pause, resume, acknowledge and the switch are remembered with who said so', async () => {
  const path = directory();
  await governor(path).pause('a/b', 60_000, 'venue work');
  expect((await governor(path).look('a/b')).orders.pause).toMatchObject({
    forMs: 60_000,
    reason: 'venue work',
    by: 'li',
  });
  expect(await governor(path).admit('a/b', 'remediation', BUDGET)).toMatchObject({ code: 'target paused' });
  expect(await governor(path).resume('a/b')).toBe(true);
  expect(await governor(path).resume('a/b')).toBe(false);
  expect(await governor(path).acknowledge('a/b')).toBe(false);
  await governor(path).switchAll(true, 'incident');
  expect(await governor(path).admit('a/b', 'remediation', BUDGET)).toMatchObject({ code: 'automation off' });
});

test('a target is listed whatever it is called', async () => {
  const path = directory();
  // Too long for a file name once it is escaped, and alike at the beginning.
  const long = '行情主用通道'.repeat(10);
  for (const target of ['primary', 'ctp/main', `${long}甲`, `${long}乙`]) {
    await governor(path).admit(target, 'remediation', BUDGET);
  }
  await governor(path).admit(`${long}乙`, 'remediation', BUDGET);
  const targets = await governor(path).targets();
  expect(targets).toHaveLength(4);
  expect(targets).toEqual(expect.arrayContaining(['primary', 'ctp/main']));
  const counts = await Promise.all(
    targets.map(async (target) => (await governor(path).look(target)).state.actions.length),
  );
  expect(counts.toSorted()).toEqual([1, 1, 1, 2]);
  expect((await governor(path).look(`${long}乙`)).state.actions).toHaveLength(2);
  writeFileSync(`${path}/governor/state/%E8.json`, '');
  writeFileSync(`${path}/governor/state/README`, '');
  expect(await governor(path).targets()).toEqual(targets);
});

test('a record that cannot be read grants nothing', async () => {
  const path = directory();
  await governor(path).admit('primary', 'remediation', BUDGET);
  writeFileSync(`${path}/governor/state/primary.json`, '{}');
  await expect(governor(path).admit('primary', 'remediation', BUDGET)).rejects.toMatchObject({
    code: 'state unreadable',
  });
});
