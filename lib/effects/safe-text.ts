// Text that a child can receive exactly as it is: no NUL (it would be cut there), no lone surrogate (no UTF-8 for it).

import { EXIT } from '../base/exit-codes.ts';
import { Fault } from '../base/fault.ts';
import { oneLine } from '../base/sanitize.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Throws a Fault for the first of `texts` that would arrive changed; `what` says what they are. */
export function refuseUnsafeText(program: string, what: string, texts: readonly string[]): void {
  for (const text of texts) {
    const trouble = text.includes('\0') ? 'a NUL character' : LONE_SURROGATE.test(text) ? 'half a character' : null;
    if (trouble === null) continue;
    throw new Fault(
      'process argument not passable',
      `Cannot run "${oneLine(program, 80)}": ${what} "${oneLine(text, 40)}" holds ${trouble}; wanted: text a program can receive unchanged`,
      { exit: EXIT.usage, hint: 'Correct the value where it comes from; it is never shortened or replaced.' },
    );
  }
}
