// What a built command offers to the program that loads it.

import type { Command } from './command.ts';
import type { Invocation } from './invocation.ts';
import { runCommand } from './main.ts';

export type Execute = (invocation: Invocation, directory: string) => void;

export function startCommand(command: Command, version: string, edition: string): Execute {
  return (invocation, directory) => {
    void runCommand(command, invocation, { version, edition, directory });
  };
}
