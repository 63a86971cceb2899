// The `mdops` program: finds the command and hands over. Help and usage errors end here, with nothing loaded.

import { readFileSync } from 'node:fs';
import { EXIT } from '../base/exit-codes.ts';
import { Fault, isFault } from '../base/fault.ts';
import type { JsonObject } from '../base/json.ts';
import { nearest } from '../base/nearest.ts';
import { oneLine } from '../base/sanitize.ts';
import type { FlagTable, WordsData } from './declaration.ts';
import { printEarly, printFaultEarly, wantsJson } from './early-output.ts';
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
  const at = commandAfterFlags(argv);
  const name = argv[at];
  const rest = [...argv.slice(0, at), ...argv.slice(at + 1)];
  if (name === undefined) showItself(argv, program);
  else if (name === 'help') showHelp(commands, rest, program.directory);
  else if (name === 'completion') showCompletion(rest, program.directory);
  else if (commands.includes(name)) run(name, rest, program);
  else throw unknownCommand(name, commands);
}

/** Nothing was said, or nothing but flags. */
function showItself(argv: readonly string[], { version, directory }: Installation): void {
  const [first] = argv;
  if (first === undefined || asksForHelp(argv)) show(readHelp(directory, 'mdops.txt'));
  else if (argv.includes('--version')) showVersion(version);
  else throw noCommand(first);
}

function asksForHelp(words: readonly string[]): boolean {
  return words.includes('--help') || words.includes('-h');
}

/** Where the command stands behind flags that every command has: `mdops --profile live runs`. */
function commandAfterFlags(argv: readonly string[]): number {
  const flags: FlagTable = GLOBAL_FLAGS;
  let at = 0;
  while (argv[at]?.startsWith('-') === true) {
    const word = argv[at]!;
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? word.length : equals);
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (flag === undefined && !Object.values(flags).some(({ short }) => `-${short}` === word))
      throw flagBeforeCommand(word);
    at += flag === undefined || flag.kind === 'switch' || equals >= 0 ? 1 : 2;
  }
  return at;
}

function run(name: string, argv: readonly string[], program: Installation): void {
  const words = JSON.parse(readFileSync(`${program.directory}/words/${name}.json`, 'utf8')) as WordsData;
  const invocation = parseInvocation(words, argv);
  if (invocation.on('help')) show(readHelp(program.directory, `${name}.txt`));
  else if (invocation.on('version')) showVersion(program.version);
  else loadCommand(name, program)(invocation, program.directory);
}

function loadCommand(name: string, { directory, load, keep }: Installation): Execute {
  const command = loadScript<{ execute: Execute }>(directory, `commands/${name}.js`, load);
  keep();
  command.keep();
  return command.exports.execute;
}

function showHelp(commands: readonly string[], rest: readonly string[], directory: string): void {
  const name = rest.find((word) => !word.startsWith('-'));
  if (name === 'completion') show(COMPLETION_HELP);
  else if (name !== undefined && !commands.includes(name)) throw unknownCommand(name, commands);
  else show(readHelp(directory, `${name ?? 'mdops'}.txt`));
}

const COMPLETION_HELP = `Usage: mdops completion ${SHELLS.join('|')}

print a completion script for that shell: source <(mdops completion bash)
`;

function showCompletion(rest: readonly string[], directory: string): void {
  const [shell, second] = rest.filter((word) => !word.startsWith('-'));
  if (asksForHelp(rest)) show(COMPLETION_HELP);
  else if (shell !== undefined && second === undefined && SHELLS.includes(shell))
    show(readHelp(directory, `completion.${shell}`));
  else {
    throw new Fault('usage', `completion wants one of: ${SHELLS.join(', ')}`, {
      exit: EXIT.usage,
      hint: 'source <(mdops completion bash)',
    });
  }
}

function readHelp(directory: string, file: string): string {
  return readFileSync(`${directory}/help/${file}`, 'utf8');
}

function showVersion(version: string): void {
  show(`${version}\n`, { schema: 'mdops.version/1', version });
}

/** Pages are for people; who asks for a document gets one here too. */
function show(text: string, document: JsonObject = { schema: 'mdops.help/1', text }): void {
  printEarly(1, wantsJson(process.argv) ? `${JSON.stringify(document)}\n` : text);
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
