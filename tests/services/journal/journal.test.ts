// Writing a journal: records that are appended side by side still follow one another.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AppendFile } from '../../../lib/effects/files.ts';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { createJournal } from '../../../lib/services/journal/journal.ts';
import { readJournal } from '../../../lib/services/journal/read-journal.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const directory = temporaryDirectories('journal');

async function open(path: string) {
  const file = await createFiles().openAppend(path);
  return createJournal({ file, path, clock: createClock(), prev: '', nextSeq: 0 });
}

test('fifty records at once are fifty whole records in the order they were given', async () => {
  const path = join(directory(), 'j.ndjson');
  const journal = await open(path);
  await Promise.all(Array.from({ length: 50 }, (_, index) => journal.append('step_done', { index })));
  await journal.close();
  const { records, damage } = readJournal(readFileSync(path));
  expect(damage).toEqual([]);
  expect(records.map(({ body }) => body['index'])).toEqual(Array.from({ length: 50 }, (_, index) => index));
});

test('a record that is too large is refused, and those beside it are written', async () => {
  const path = join(directory(), 'j.ndjson');
  const journal = await open(path);
  const large = journal.append('step_done', { text: 'x'.repeat(70_000) });
  await Promise.all([
    expect(large).rejects.toMatchObject({ code: 'journal record too large' }),
    journal.append('step_done', { index: 1 }),
  ]);
  await journal.close();
  expect(readJournal(readFileSync(path))).toMatchObject({ damage: [], records: [{ seq: 0 }] });
});

/** A journal on a file that tells how many of its lines are durable; its disk can be made to fail. */
function onDisk() {
  let lines = 0;
  const disk = { durable: 0, syncs: 0, isFailing: false };
  const file: AppendFile = {
    append: async (text, options) => {
      lines += Buffer.from(text).toString().split('\n').length - 1;
      if (options?.durable === false) return;
      disk.syncs += 1;
      if (disk.isFailing) throw Object.assign(new Error('i/o error'), { code: 'EIO' });
      disk.durable = lines;
    },
    truncate: async () => {},
    close: async () => {},
  };
  return { disk, journal: createJournal({ file, path: '/j', clock: createClock(), prev: '', nextSeq: 0 }) };
}

test('what may follow later is durable with the next record', async () => {
  const { disk, journal } = onDisk();
  await journal.append('step_intent', {});
  await journal.appendSoon('step_done', {});
  expect(disk).toMatchObject({ durable: 1, syncs: 1 });
  await journal.append('step_intent', {});
  expect(disk).toMatchObject({ durable: 3, syncs: 2 });
  await journal.close();
  expect(disk.syncs).toBe(2);
});

test('what may follow later is durable soon where no record follows, and when the journal is closed', async () => {
  const one = onDisk();
  await one.journal.appendSoon('step_done', {});
  await eventually('the record to be durable', 5_000, () => one.disk.durable === 1 || undefined);
  const other = onDisk();
  await other.journal.appendSoon('step_done', {});
  await other.journal.close();
  expect(other.disk.durable).toBe(1);
});

test('a record that could not be made durable later refuses every one after it', async () => {
  const { disk, journal } = onDisk();
  disk.isFailing = true;
  await journal.appendSoon('step_done', {});
  await eventually('the failed sync', 5_000, () => journal.isDegraded || undefined);
  disk.isFailing = false;
  await expect(journal.append('step_intent', {})).rejects.toMatchObject({ code: 'journal write failed' });
  await journal.close();
  expect(disk).toMatchObject({ durable: 0, syncs: 1 });
});
