// Runs a command many times through the executor, with a durable record before and after each.

import { createFiles } from '../../../lib/effects/real-files.ts';
import { createProcesses } from '../../../lib/effects/real-processes.ts';

async function runSteps([journalPath = '', command = '', count = '0']: readonly string[]): Promise<void> {
  const journal = await createFiles().openAppend(journalPath);
  const processes = createProcesses();
  for (let step = 1; step <= Number(count); step += 1) {
    await journal.append(`${JSON.stringify({ kind: 'step_intent', step })}\n`);
    const { ok, failure } = await processes.run({ argv: [command], timeoutMs: 10_000 });
    if (!ok) throw new Error(failure ?? 'a step failed');
    await journal.append(`${JSON.stringify({ kind: 'step_done', step })}\n`);
  }
  await journal.close();
}

void runSteps(process.argv.slice(2));
