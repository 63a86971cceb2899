// Runs a command many times through the executor, with a durable journal record before and after each.

import { createClock } from '../../../lib/effects/real-clock.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { createProcesses } from '../../../lib/effects/real-processes.ts';
import { createJournal } from '../../../lib/services/journal/journal.ts';

async function runSteps([path = '', command = '', count = '0']: readonly string[]): Promise<void> {
  const file = await createFiles().openAppend(path);
  const journal = createJournal({ file, path, clock: createClock(), prev: '', nextSeq: 0 });
  const processes = createProcesses();
  for (let step = 1; step <= Number(count); step += 1) {
    await journal.append('step_intent', { step, argv: [command] });
    const { ok, failure } = await processes.run({ argv: [command], timeoutMs: 10_000 });
    if (!ok) throw new Error(failure ?? 'a step failed');
    await journal.append('step_done', { step });
  }
  await journal.close();
}

void runSteps(process.argv.slice(2));
