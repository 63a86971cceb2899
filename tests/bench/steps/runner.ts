// Runs a command many times through the executor, each as a step of a run: its intent durable before it, done after it.

import { createClock } from '../../../lib/effects/real-clock.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { createProcesses } from '../../../lib/effects/real-processes.ts';
import { createJournal } from '../../../lib/services/journal/journal.ts';
import { createSteps } from '../../../lib/services/steps/steps.ts';

async function runSteps([path = '', command = '', count = '0']: readonly string[]): Promise<void> {
  const file = await createFiles().openAppend(path);
  const clock = createClock();
  const journal = createJournal({ file, path, clock, prev: '', nextSeq: 0 });
  const observer = { started: () => {}, finished: () => {}, failed: () => {} };
  const steps = createSteps({ journal, clock, observer, earlier: null });
  const processes = createProcesses();
  const act = async (): Promise<null> => {
    const { ok, failure } = await processes.run({ argv: [command], timeoutMs: 10_000 });
    if (!ok) throw new Error(failure ?? 'a step failed');
    return null;
  };
  for (let step = 1; step <= Number(count); step += 1) {
    await steps.run({ name: `step ${step}`, kind: 'idempotent', input: [command], act });
  }
  await journal.close();
}

void runSteps(process.argv.slice(2));
