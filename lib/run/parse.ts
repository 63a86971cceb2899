// Words → invocation. Runs before anything is loaded, so that a usage error costs no start-up.

import { EXIT } from '../base/exit-codes.ts';
import { Fault } from '../base/fault.ts';
import { nearest } from '../base/nearest.ts';
import { oneLine } from '../base/sanitize.ts';
import type { FlagData, FlagTable, PositionalData, WordsData } from './declaration.ts';
import { readFlagValue } from './flag-value.ts';
import { GLOBAL_FLAGS } from './global-flags.ts';
import { createInvocation, type FlagValue, type Invocation } from './invocation.ts';

/** Throws a Fault with exit 64 that names the word, what was wanted, and the nearest known one. */
export function parseInvocation(command: WordsData, argv: readonly string[]): Invocation {
  const flags: FlagTable = { ...GLOBAL_FLAGS, ...command.flags };
  const words = readWords(command, flags, argv);
  const asksForHelp = words.values.has('help') || words.values.has('version');
  const { verb, args } = takeVerb(command, words, asksForHelp);
  if (!asksForHelp) {
    checkPositionals(command, verb, args);
    checkRest(command, verb, words.rest);
  }
  return createInvocation(
    command,
    flags,
    { verb, args, rest: words.rest, values: words.values, typed: words.typed },
    argv,
  );
}

interface Words {
  readonly positionals: string[];
  rest: readonly string[];
  readonly values: Map<string, FlagValue>;
  readonly typed: Record<string, string | boolean | string[]>;
  readonly verbFlags: string[];
}

function readWords(command: WordsData, flags: FlagTable, argv: readonly string[]): Words {
  const words: Words = { positionals: [], rest: [], values: new Map(), typed: Object.create(null), verbFlags: [] };
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at]!;
    if (word === '--') {
      words.rest = argv.slice(at + 1);
      break;
    }
    if (word.startsWith('--')) at = readLongFlag(command, flags, argv, at, words);
    else if (word.length > 1 && word.startsWith('-')) readShortFlags(command, flags, word, words);
    else words.positionals.push(word);
  }
  return words;
}

/** Answers the index of the last word it used. */
function readLongFlag(command: WordsData, flags: FlagTable, argv: readonly string[], at: number, words: Words): number {
  const word = argv[at]!;
  const equals = word.indexOf('=');
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const verb = command.verbs !== undefined && Object.hasOwn(command.verbs, name) ? command.verbs[name] : undefined;
  if (verb?.alsoFlag === true && equals < 0) {
    words.verbFlags.push(name);
    return at;
  }
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (flag === undefined) throw unknownFlag(command, flags, `--${name}`);
  if (flag.kind === 'switch') {
    if (equals >= 0) throw usage(command, `--${name} takes no value, found ${quote(word.slice(equals + 1))}`);
    setSwitch(name, words);
    return at;
  }
  const text = equals >= 0 ? word.slice(equals + 1) : argv[at + 1];
  if (text === undefined || (equals < 0 && text.startsWith('--'))) {
    throw usage(command, `--${name} wants a value: --${name} ${flag.value ?? flag.choices?.join('|') ?? 'VALUE'}`);
  }
  store(command, name, flag, text, words);
  return equals >= 0 ? at : at + 1;
}

function readShortFlags(command: WordsData, flags: FlagTable, word: string, words: Words): void {
  for (const letter of word.slice(1)) {
    const found = Object.entries(flags).find(([, flag]) => flag.short === letter && flag.kind === 'switch');
    if (found === undefined) throw unknownFlag(command, flags, word.length === 2 ? word : `-${letter} in ${word}`);
    setSwitch(found[0], words);
  }
}

function store(command: WordsData, name: string, flag: FlagData, text: string, words: Words): void {
  const read = readFlagValue(flag, text);
  if (!read.ok) {
    // A refused address may carry a password.
    const found = flag.kind === 'url' && text.includes('@') ? 'one with a user or password' : quote(text);
    throw usage(command, `--${name} wants ${read.wanted}, found ${found}`);
  }
  const before = words.values.get(name);
  if (flag.repeatable === true) {
    const all = [...((before as readonly string[] | undefined) ?? []), String(read.value)];
    words.values.set(name, all);
    if (flag.isOwn !== true) words.typed[name] = all;
    return;
  }
  if (before !== undefined)
    throw usage(command, `--${name} is given twice, the second time as ${quote(text)}; it takes one value`);
  words.values.set(name, read.value);
  if (flag.isOwn !== true) words.typed[name] = text;
}

function setSwitch(name: string, words: Words): void {
  words.values.set(name, true);
  words.typed[name] = true;
}

function takeVerb(command: WordsData, words: Words, asksForHelp: boolean): { verb: string | null; args: string[] } {
  const args = [...words.positionals];
  if (command.verbs === undefined) return { verb: null, args };
  const verbs = Object.keys(command.verbs);
  const [byFlag, second] = words.verbFlags;
  if (byFlag !== undefined && second !== undefined) {
    throw usage(command, `--${byFlag} and --${second} cannot be combined; give one`);
  }
  const first = args[0];
  if (byFlag !== undefined) {
    if (first !== undefined && first !== byFlag && verbs.includes(first)) {
      throw usage(command, `${quote(first)} and --${byFlag} contradict each other; give one`);
    }
    return { verb: byFlag, args: first === byFlag ? args.slice(1) : args };
  }
  if (first !== undefined && verbs.includes(first)) return { verb: first, args: args.slice(1) };
  if (command.defaultVerb !== undefined && (first === undefined || command.positionals !== undefined)) {
    return { verb: command.defaultVerb, args };
  }
  if (asksForHelp) return { verb: null, args };
  if (first === undefined) throw usage(command, `${command.name} wants one of: ${verbs.join(', ')}`);
  const near = nearest(first, verbs);
  const known = near === undefined ? `it has ${verbs.join(', ')}` : `did you mean "${near}"?`;
  throw usage(command, `${command.name} has no verb ${quote(first)}; ${known}`);
}

function checkPositionals(command: WordsData, verb: string | null, args: readonly string[]): void {
  const wanted: readonly PositionalData[] =
    (verb === null ? undefined : command.verbs?.[verb]?.positionals) ?? command.positionals ?? [];
  const missing = wanted.find((positional, index) => positional.required && args[index] === undefined);
  if (missing !== undefined)
    throw usage(command, `${subject(command, verb)} wants ${missing.name}: ${missing.summary}`);
  // A variable that was not set, most likely: it must not stand for whatever begins with nothing.
  const empty = args.indexOf('');
  if (empty >= 0) {
    const name = (wanted[empty] ?? wanted.at(-1))?.name ?? 'no such word';
    throw usage(command, `${subject(command, verb)} wants ${name}, found an empty one`);
  }
  if (wanted.some((positional) => positional.variadic)) return;
  const extra = args[wanted.length];
  if (extra !== undefined)
    throw usage(command, `${subject(command, verb)} does not know what to do with ${quote(extra)}`);
}

function checkRest(command: WordsData, verb: string | null, rest: readonly string[]): void {
  const isMain = verb === null || verb === command.defaultVerb;
  if (command.rest === undefined && rest[0] !== undefined) {
    throw usage(command, `${subject(command, verb)} takes nothing after "--", found ${quote(rest[0])}`);
  }
  if (command.rest?.required === true && isMain && rest.length === 0) {
    throw usage(command, `${subject(command, verb)} wants ${command.rest.name} after "--"`);
  }
}

function unknownFlag(command: WordsData, flags: FlagTable, shown: string): Fault {
  const near = nearest(shown.replace(/^--?/, ''), Object.keys(flags));
  return usage(
    command,
    `${command.name} has no flag ${quote(shown)}${near === undefined ? '' : `; did you mean --${near}?`}`,
  );
}

function subject(command: WordsData, verb: string | null): string {
  return verb === null ? command.name : `${command.name} ${verb}`;
}

function quote(text: string): string {
  return `"${oneLine(text, 80)}"`;
}

function usage(command: WordsData, message: string): Fault {
  return new Fault('usage', message, { exit: EXIT.usage, hint: `mdops ${command.name} --help` });
}
