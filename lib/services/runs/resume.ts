// Resuming: what the earlier run did, checked to be resumable by this command line.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { readJournal } from '../journal/read-journal.ts';
import { type EarlierSteps, readEarlierSteps } from '../steps/earlier-steps.ts';
import { streamFolder } from './run-files.ts';
import { runLockName } from './run-locks.ts';
import type { RunIdentity, RunsEffects } from './run-types.ts';
import { findRun, listStream, readIfThere, TERMINAL } from './runs.ts';

export async function readResumedRun(runs: RunsEffects, identity: RunIdentity): Promise<EarlierSteps> {
  const id = identity.resumes ?? '';
  const file = await findRun(runs, id);
  const content = readJournal(await runs.files.readBytes(file.path));
  const header = content.records[0]?.body ?? {};
  const refuse = (reason: string, hint: string): never => {
    throw new Fault('resume refused', `Cannot resume run ${file.runId}: ${reason}`, { exit: EXIT.refused, hint });
  };
  if (content.damage.length > 0) refuse(`its journal is damaged (${content.damage.join(', ')})`, 'mdops runs verify');
  if (header['command'] !== identity.command)
    refuse(`it was a run of ${String(header['command'])}`, 'resume it with: mdops runs resume');
  const terminal = content.records.findLast(({ kind }) => kind === TERMINAL);
  if (terminal === undefined && (await runs.locks.isHeld(runLockName(runs.directory, file.runId))))
    refuse('it is still running', 'wait for it to end');
  if (terminal?.body['exit_code'] === EXIT.ok)
    refuse('it ended well; there is nothing left to do', 'run the command again instead');
  await refuseIfResumedBefore(runs, file.stream, file.order, file.runId, refuse);
  return readEarlierSteps(file.runId, content.records);
}

async function refuseIfResumedBefore(
  runs: RunsEffects,
  stream: string,
  order: number,
  id: string,
  refuse: (reason: string, hint: string) => never,
): Promise<void> {
  for (const later of await listStream(runs.files, runs.directory, stream)) {
    if (later.order <= order) continue;
    const bytes = await readIfThere(runs.files, `${streamFolder(runs.directory, stream)}/${later.name}`);
    if (bytes === null) continue;
    const { records } = readJournal(bytes);
    if (records[0]?.body['resumes'] === id)
      refuse(`run ${later.runId} has already resumed it`, `mdops runs resume ${later.runId}`);
  }
}
