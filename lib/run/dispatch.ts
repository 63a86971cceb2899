// The `mdops` program: finds the command and hands over. Help and usage errors end here, with nothing loaded.

import { readFileSync } from 'node:fs';
import { EXIT } from '../base/exit-codes.ts';
import { Fault, isFault } from '../base/fault.ts';
import { nearest } from '../base/nearest.ts';
import { oneLine } from '../base/sanitize.ts';
import type { FlagTable, WordsData } from './declaration.ts';
import { printEarly, printFaultEarly } from './early-output.ts';
import { GLOBAL_FLAGS } from './global-flags.ts';
import { loadScript } from './load-script.ts';
import { parseInvocation } from './parse.ts';
import type { Execute } from './start.ts';

const SHELLS = ['bash', 'zsh', 'fish'];

export interface Installation {
  readonly version: string;
  readonly directory: string;
  /** The program's own `require`. */
  readonly load: NodeJS.Require;
  /** Keeps what ran of this program for later starts. */
  readonly keep: () => void;
}

/** `only`: the program is one command (`dist/<name>.js`), its name is not typed. */
export function dispatch(commands: readonly string[], only: string | null, program: Installation): void {
  const argv = process.argv.slice(2);
  try {
    if (only === null) runNamed(commands, argv, program);
    else run(only, argv, program);
  } catch (error) {
    if (!isFault(error)) throw error;
    printFaultEarly(error, argv);
  }
}

function runNamed(commands: readonly string[], argv: readonly string[], program: Installation): void {
  const [first, second] = argv;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const about = first === 'help' && second?.startsWith('-') !== true ? second : undefined;
    showHelp(commands, about, program.directory);
  } else if (first === '--version') {
    printEarly(1, `${program.version}\n`);
  } else if (first === 'completion') {
    showCompletion(second, program.directory);
  } else if (first.startsWith('-')) {
    const at = commandAfterFlags(argv);
    const name = argv[at];
    if (name === undefined) throw noCommand(first);
    if (!commands.includes(name)) throw unknownCommand(name, commands);
    run(name, [...argv.slice(0, at), ...argv.slice(at + 1)], program);
  } else {
    if (!commands.includes(first)) throw unknownCommand(first, commands);
    run(first, argv.slice(1), program);
  }
}

/** Where the command stands behind flags that every command has: `mdops --profile live runs`. */
function commandAfterFlags(argv: readonly string[]): number {
  const flags: FlagTable = GLOBAL_FLAGS;
  let at = 0;
  while (argv[at]?.startsWith('-') === true) {
    const word = argv[at]!;
    const name = word.replace(/^--/, '').replace(/=.*/s, '');
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
    const isShort = Object.values(flags).some(({ short }) => `-${short}` === word);
    if (flag === undefined && !isShort) throw flagBeforeCommand(word);
    at += flag === undefined || flag.kind === 'switch' || word.includes('=') ? 1 : 2;
  }
  return at;
}

function run(name: string, argv: readonly string[], program: Installation): void {
  const words = JSON.parse(readFileSync(`${program.directory}/words/${name}.json`, 'utf8')) as WordsData;
  const invocation = parseInvocation(words, argv);
  if (invocation.on('help')) print(program.directory, `${name}.txt`);
  else if (invocation.on('version')) printEarly(1, `${program.version}\n`);
  else loadCommand(name, program)(invocation, program.directory);
}

function loadCommand(name: string, { directory, load, keep }: Installation): Execute {
  const command = loadScript<{ execute: Execute }>(directory, `commands/${name}.js`, load);
  keep();
  command.keep();
  return command.exports.execute;
}

function showHelp(commands: readonly string[], name: string | undefined, directory: string): void {
  if (name === undefined) {
    print(directory, 'mdops.txt');
    return;
  }
  if (!commands.includes(name)) throw unknownCommand(name, commands);
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

function noCommand(flag: string): Fault {
  return new Fault('usage', `mdops wants a command with ${oneLine(flag, 80)}`, {
    exit: EXIT.usage,
    hint: 'mdops --help lists the commands',
  });
}

function flagBeforeCommand(flag: string): Fault {
  const name = oneLine(flag, 80);
  return new Fault('usage', `mdops has no flag "${name}" before a command`, {
    exit: EXIT.usage,
    hint: `flags of a command stand behind it: mdops COMMAND ${name}`,
  });
}

function unknownCommand(word: string, commands: readonly string[]): Fault {
  const near = nearest(word, commands);
  const suggestion = near === undefined ? '' : `; did you mean "${near}"?`;
  return new Fault('usage', `mdops has no command "${oneLine(word, 80)}"${suggestion}`, {
    exit: EXIT.usage,
    hint: 'mdops --help lists the commands',
  });
}
