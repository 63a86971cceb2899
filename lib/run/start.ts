// Starts one command, as a program of its own or on behalf of the `mdops` dispatcher.

import { readFileSync } from 'node:fs';
import { isFault } from '../base/fault.ts';
import type { Command } from './command.ts';
import type { Execute } from './dispatch.ts';
import { printFaultEarly } from './early-output.ts';
import type { Invocation } from './invocation.ts';
import { runCommand } from './main.ts';
import { parseInvocation } from './parse.ts';
import type { Program } from './run-request.ts';

export function startCommand(command: Command, isMain: boolean, version: string, directory: string): Execute {
  const program = { version, directory };
  const execute = (invocation: Invocation): void => {
    void runCommand(command, invocation, program);
  };
  if (isMain) startProgram(command, execute, program);
  return execute;
}

function startProgram(command: Command, execute: Execute, program: Program): void {
  const argv = process.argv.slice(2);
  try {
    const invocation = parseInvocation(command, argv);
    if (invocation.on('help')) {
      process.stdout.write(readFileSync(`${program.directory}/help/${command.name}.txt`, 'utf8'));
    } else if (invocation.on('version')) {
      process.stdout.write(`${program.version}\n`);
    } else {
      execute(invocation);
    }
  } catch (error) {
    if (!isFault(error)) throw error;
    printFaultEarly(error, argv);
  }
}
