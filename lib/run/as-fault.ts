// Unknown thrown values → our one error class.

import { EXIT } from '../base/exit-codes.ts';
import { describeError, Fault, isFault } from '../base/fault.ts';

/** Everything that is not our own error class is a bug of ours. */
export function asFault(error: unknown): Fault {
  if (isFault(error)) return error;
  return new Fault('unexpected error', `A bug in mdops: ${describeError(error)}`, {
    exit: EXIT.bug,
    hint: 'the log has the details; please report them',
    cause: error,
  });
}
