// Why a program could not be started, in words a person can act on, with the exit code a shell would give.

import { existsSync } from 'node:fs';
import { describeError, systemCode } from '../base/fault.ts';
import { oneLine } from '../base/sanitize.ts';

export interface StartFailure {
  readonly exitCode: 126 | 127;
  readonly reason: string;
}

export function explainStartFailure(error: unknown, program: string, cwd: string | undefined): StartFailure {
  const name = `"${oneLine(program, 120)}"`;
  switch (systemCode(error)) {
    case 'ENOENT':
      if (cwd !== undefined && !existsSync(cwd)) {
        return { exitCode: 126, reason: `no such directory "${oneLine(cwd, 120)}" to run ${name} in` };
      }
      if (!program.includes('/')) return { exitCode: 127, reason: `no such program ${name} in PATH` };
      return existsSync(program)
        ? { exitCode: 126, reason: `the interpreter that the first line of ${name} names does not exist` }
        : { exitCode: 127, reason: `no such program ${name}` };
    case 'EACCES':
      return { exitCode: 126, reason: `${name} is not executable by this user` };
    case 'ENOTDIR':
      return { exitCode: 126, reason: `${name}, or the directory to run it in, has a file where a directory must be` };
    case 'E2BIG':
      return { exitCode: 126, reason: `the arguments of ${name} are longer than the system allows` };
    default:
      return { exitCode: 126, reason: `${name} did not start: ${oneLine(describeError(error))}` };
  }
}
