// The `mdops` program: finds the command and hands over. Help and usage errors end here, with nothing loaded.

import { readFileSync } from 'node:fs';
import { EXIT } from '../base/exit-codes.ts';
import { Fault, isFault } from '../base/fault.ts';
import { nearest } from '../base/nearest.ts';
import { oneLine } from '../base/sanitize.ts';
import type { CommandData } from './declaration.ts';
import { printEarly, printFaultEarly } from './early-output.ts';
import { loadCommand } from './load-command.ts';
import { parseInvocation } from './parse.ts';

const SHELLS = ['bash', 'zsh', 'fish'];

export interface Installation {
  readonly version: string;
  readonly directory: string;
  /** The program's own `require`. */
  readonly load: NodeJS.Require;
}

/** `only`: the program is one command (`dist/<name>.js`), its name is not typed. */
export function dispatch(commands: readonly CommandData[], only: string | null, program: Installation): void {
  const argv = process.argv.slice(2);
  try {
    const own = only === null ? undefined : commands[0];
    if (own !== undefined) run(own, argv, program);
    else runNamed(commands, argv, program);
  } catch (error) {
    if (!isFault(error)) throw error;
    printFaultEarly(error, argv);
  }
}

function runNamed(commands: readonly CommandData[], argv: readonly string[], program: Installation): void {
  const [first, second] = argv;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    showHelp(commands, first === 'help' ? second : undefined, program.directory);
  } else if (first === '--version') {
    printEarly(1, `${program.version}\n`);
  } else if (first === 'completion') {
    showCompletion(second, program.directory);
  } else {
    const command = commands.find(({ name }) => name === first);
    if (command === undefined) throw unknownCommand(first, commands);
    run(command, argv.slice(1), program);
  }
}

function run(command: CommandData, argv: readonly string[], program: Installation): void {
  const invocation = parseInvocation(command, argv);
  if (invocation.on('help')) print(program.directory, `${command.name}.txt`);
  else if (invocation.on('version')) printEarly(1, `${program.version}\n`);
  else loadCommand(program.directory, command.name, program.load)(invocation, program.directory);
}

function showHelp(commands: readonly CommandData[], name: string | undefined, directory: string): void {
  if (name === undefined) {
    print(directory, 'mdops.txt');
    return;
  }
  if (!commands.some((command) => command.name === name)) throw unknownCommand(name, commands);
  print(directory, `${name}.txt`);
}

function showCompletion(shell: string | undefined, directory: string): void {
  if (shell === undefined || !SHELLS.includes(shell)) {
    throw new Fault('usage', `completion wants one of: ${SHELLS.join(', ')}`, {
      exit: EXIT.usage,
      hint: 'source <(mdops completion bash)',
    });
  }
  print(directory, `completion.${shell}`);
}

function print(directory: string, file: string): void {
  printEarly(1, readFileSync(`${directory}/help/${file}`, 'utf8'));
}

function unknownCommand(word: string, commands: readonly CommandData[]): Fault {
  const near = nearest(
    word,
    commands.map(({ name }) => name),
  );
  const suggestion = near === undefined ? '' : `; did you mean "${near}"?`;
  return new Fault('usage', `mdops has no command "${oneLine(word, 80)}"${suggestion}`, {
    exit: EXIT.usage,
    hint: 'mdops --help lists the commands',
  });
}
