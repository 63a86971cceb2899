// Who runs what on which target: the first record of the journal and the head of every log line.

import { systemCode } from '../base/fault.ts';
import type { RunIdentity } from '../services/runs/run-types.ts';
import { redactFor } from './redact-for.ts';
import { createRunId } from './run-id.ts';
import type { RunRequest } from './run-request.ts';

// Whatever the environment calls him, it stands in every record.
const LONGEST_OPERATOR = 100;

export function readIdentity({ command, invocation, effects, loaded }: Omit<RunRequest, 'cancellation'>): RunIdentity {
  const { clock, random, environment, processes } = effects;
  const target = command.target?.(invocation, loaded.config) ?? null;
  return {
    run_id: createRunId(clock, random),
    command: command.name,
    verb: invocation.verb,
    environment: loaded.config.profile,
    operator: environment.operator.slice(0, LONGEST_OPERATOR),
    host: environment.host,
    namespace: environment.namespace,
    pid: environment.pid,
    cwd: environment.cwd,
    boot_id: bootId(() => clock.bootId()),
    target: target?.name ?? null,
    exclusive: target?.exclusive ?? false,
    argv: invocation.argv.map(redactFor(loaded)),
    process_mark: processes.mark,
    resumes: environment.get('MDOPS_RESUME') ?? null,
  };
}

function bootId(read: () => string): string {
  try {
    return read();
  } catch (error) {
    // Some containers hide /proc/sys; budgets then count every boot as this one.
    return systemCode(error) ?? 'unknown';
  }
}
