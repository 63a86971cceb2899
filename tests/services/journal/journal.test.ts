// Writing a journal: records that are appended side by side still follow one another.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { createJournal } from '../../../lib/services/journal/journal.ts';
import { readJournal } from '../../../lib/services/journal/read-journal.ts';
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
