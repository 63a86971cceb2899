// Kernel locks of runs: one per run (is it alive?), one per exclusive target (who holds it?).

import { crc32 } from '../../base/crc32.ts';
import { formatDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { sanitize } from '../../base/sanitize.ts';
import type { Holder } from '../../effects/locks.ts';
import type { RunIdentity, RunsEffects } from './run-types.ts';

export function runLockName(directory: string, runId: string): string {
  return `mdops/${crc32(directory)}/run/${runId}`;
}

function targetLockName(directory: string, target: string): string {
  return `mdops/${crc32(directory)}/target/${crc32(target)}/${target.slice(0, 40)}`;
}

/** Answers the release; throws `target busy` (75). `readRecorded`: the open run of the target, as its journal has it. */
export async function acquireTarget(
  effects: RunsEffects,
  identity: RunIdentity,
  readRecorded: () => Promise<JsonObject | null>,
): Promise<() => Promise<void>> {
  const target = identity.target ?? '';
  const { run_id, command, operator, host, pid } = identity;
  const attempt = await effects.locks.acquire(targetLockName(effects.directory, target), {
    run_id,
    command,
    operator,
    host,
    pid,
  });
  if (attempt.held) return attempt.release;
  if (attempt.holder !== null) throw busy(target, attempt.holder);
  throw silent(target, await readRecorded());
}

function busy(target: string, holder: Holder): Fault {
  const { run_id, command, operator, host, pid, age_ms } = holder;
  const who = sanitize(`${command} by ${operator}@${host}, run ${run_id}, pid ${pid}, for ${formatDuration(age_ms)}`);
  return new Fault('target busy', `Cannot act on "${target}": held by ${who}`, {
    exit: EXIT.busy,
    retryable: true,
    hint: `wait for it, or look at it with: mdops runs show ${sanitize(run_id)}`,
    facts: { holder: { run_id, command, operator, host, pid, age_ms } },
  });
}

/** The holder is stopped or very busy: its journal tells who it is, but not for how long it has held. */
function silent(target: string, recorded: JsonObject | null): Fault {
  const hint = 'mdops runs list shows who; end or continue that process, then run this again';
  const details = { exit: EXIT.busy, retryable: true, hint };
  if (recorded === null) {
    const message = `Cannot act on "${target}": another run holds it and does not answer (stopped?)`;
    return new Fault('target busy', message, details);
  }
  const { run_id, command, operator, host, pid } = recorded;
  const who = sanitize(`${command} by ${operator}@${host}, run ${run_id}, pid ${pid}`);
  return new Fault('target busy', `Cannot act on "${target}": held by ${who}, which does not answer (stopped?)`, {
    ...details,
    facts: { holder: { run_id, command, operator, host, pid, age_ms: null } },
  });
}
