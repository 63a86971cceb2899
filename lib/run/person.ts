// Asking the operator. Prompts appear only on a terminal; elsewhere a flag must have answered.

import { EXIT } from '../base/exit-codes.ts';
import { Fault } from '../base/fault.ts';
import type { Terminal } from '../effects/terminal.ts';

export interface Question {
  /** What will happen, as a sentence without its question mark: `Restart the environment "live"`. */
  readonly action: string;
  /** For severe actions: the word to type, usually the target's name. */
  readonly typed?: string;
  /** The flag that answers without a terminal: `--yes`, `--confirm live`. */
  readonly flag: string;
}

export interface Person {
  /** Somebody sits at a terminal and may be asked. */
  readonly isPresent: boolean;
  /** Resolves when the operator agrees; throws `not confirmed` (77), or `confirmation needed` (64) where nobody can be asked. */
  confirm(question: Question): Promise<void>;
}

export interface PersonSetup {
  readonly terminal: Terminal;
  /** Of the run; asked for when somebody is. */
  readonly signal: () => AbortSignal;
  /** `--yes` answers plain questions, never the ones that want a word typed. */
  readonly saysYes: boolean;
  /** A dry run changes nothing: nothing is to be agreed to. */
  readonly isDryRun: boolean;
  readonly mayPrompt: boolean;
}

export function createPerson({ terminal, signal, saysYes, isDryRun, mayPrompt }: PersonSetup): Person {
  return {
    isPresent: mayPrompt && terminal.stdinIsTty && terminal.stderrIsTty,
    confirm: async ({ action, typed, flag }) => {
      if (isDryRun || (saysYes && typed === undefined)) return;
      if (!mayPrompt || !terminal.stdinIsTty) {
        throw new Fault('confirmation needed', `${action}: this wants a confirmation and there is nobody to ask`, {
          exit: EXIT.usage,
          hint: `give it with ${flag}`,
        });
      }
      const prompt = typed === undefined ? `${action}? [y/N] ` : `${action}. Type "${typed}" to go on: `;
      const answer = (await terminal.readLine(prompt, signal()))?.trim() ?? '';
      const agrees = typed === undefined ? /^y(es)?$/i.test(answer) : answer === typed;
      if (!agrees)
        throw new Fault('not confirmed', `${action}: not confirmed, nothing was changed`, { exit: EXIT.refused });
    },
  };
}
