// Appends to a journal as fast as it can and says which records it was told are durable. Ended by a kill.

import { createClock } from '../../lib/effects/real-clock.ts';
import { createFiles } from '../../lib/effects/real-files.ts';
import { createJournal } from '../../lib/services/journal/journal.ts';

const path = process.argv[2] ?? '';
const file = await createFiles().openAppend(path);
const journal = createJournal({ file, path, clock: createClock(), prev: '', nextSeq: 0 });
for (let seq = 0; ; seq += 1) {
  await journal.append('step_done', { step: `step ${seq}`, value: 'x'.repeat(1 + ((seq * 97) % 900)) });
  process.send?.(seq);
}
