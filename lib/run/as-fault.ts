// Unknown thrown values → our one error class.

import { EXIT } from '../base/exit-codes.ts';
import { describeError, Fault, isFault } from '../base/fault.ts';
import { knownFileTrouble } from '../base/file-trouble.ts';

/** What is not our own error class is a bug of ours, unless it is the disk that speaks. */
export function asFault(error: unknown): Fault {
  if (isFault(error)) return error;
  const trouble = knownFileTrouble(error);
  const path = typeof error === 'object' && error !== null && 'path' in error ? String(error.path) : null;
  if (trouble !== undefined && path !== null) {
    const message = `Cannot use "${path}": ${trouble.reason}`;
    return new Fault('file not usable', message, { exit: EXIT.stateNotWritten, hint: trouble.hint, cause: error });
  }
  return new Fault('unexpected error', `A bug in mdops: ${describeError(error)}`, {
    exit: EXIT.bug,
    hint: 'the log has the details; please report them',
    cause: error,
  });
}
