// The `mdops` program: finds the command and hands over. Help and usage errors end here, with nothing loaded.

import { readFileSync } from 'node:fs';
import { EXIT } from '../base/exit-codes.ts';
import { Fault, isFault } from '../base/fault.ts';
import { nearest } from '../base/nearest.ts';
import { oneLine } from '../base/sanitize.ts';
import type { CommandData } from './declaration.ts';
import { printFaultEarly } from './early-output.ts';
import type { Invocation } from './invocation.ts';
import { parseInvocation } from './parse.ts';

const SHELLS = ['bash', 'zsh', 'fish'];

export type Execute = (invocation: Invocation) => void;

export function dispatch(
  commands: readonly CommandData[],
  load: (name: string) => Execute,
  version: string,
  directory: string,
): void {
  const argv = process.argv.slice(2);
  try {
    const [first] = argv;
    if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
      showHelp(commands, first === 'help' ? argv[1] : undefined, directory);
      return;
    }
    if (first === '--version') {
      process.stdout.write(`${version}\n`);
      return;
    }
    if (first === 'completion') {
      showCompletion(argv[1], directory);
      return;
    }
    const command = commands.find(({ name }) => name === first);
    if (command === undefined) throw unknownCommand(first, commands);
    const invocation = parseInvocation(command, argv.slice(1));
    if (invocation.on('help')) print(directory, `${command.name}.txt`);
    else if (invocation.on('version')) process.stdout.write(`${version}\n`);
    else load(command.name)(invocation);
  } catch (error) {
    if (!isFault(error)) throw error;
    printFaultEarly(error, argv);
  }
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
  process.stdout.write(readFileSync(`${directory}/help/${file}`, 'utf8'));
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
