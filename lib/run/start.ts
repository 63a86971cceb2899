// What a built command offers to the program that loads it.

import { asFault } from './as-fault.ts';
import type { Command } from './command.ts';
import { printFaultEarly } from './early-output.ts';
import type { Invocation } from './invocation.ts';
import { runCommand } from './main.ts';

export type Execute = (invocation: Invocation, directory: string) => void;

export function startCommand(command: Command, version: string, edition: string): Execute {
  return (invocation, directory) => {
    // Without effects nothing could begin; a mistake of ours must not end as a warning (Node's exit 1).
    runCommand(command, invocation, { version, edition, directory }).catch((error: unknown) =>
      printFaultEarly(asFault(error), invocation.argv),
    );
  };
}
