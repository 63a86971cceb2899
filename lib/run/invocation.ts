// A parsed command line: what was asked for, checked against the declaration.

import { EXIT } from '../base/exit-codes.ts';
import { Fault } from '../base/fault.ts';
import type { FlagData, WordsData } from './declaration.ts';

export type FlagValue = boolean | number | string | readonly string[];

export interface Invocation {
  readonly command: string;
  readonly verb: string | null;
  readonly args: readonly string[];
  /** What came after `--`. */
  readonly rest: readonly string[];
  /** The words as typed, for the journal and for resuming. */
  readonly argv: readonly string[];
  /** The given flags as typed; the configuration reads the ones it knows by name. */
  readonly typed: Readonly<Record<string, string | boolean | readonly string[]>>;
  isSet(flag: string): boolean;
  on(flag: string): boolean;
  text(flag: string): string | undefined;
  texts(flag: string): readonly string[];
  /** Integers, numbers, and durations in milliseconds. */
  number(flag: string): number | undefined;
}

export interface ParsedWords {
  readonly verb: string | null;
  readonly args: readonly string[];
  readonly rest: readonly string[];
  readonly values: ReadonlyMap<string, FlagValue>;
  readonly typed: Readonly<Record<string, string | boolean | readonly string[]>>;
}

export function createInvocation(
  command: WordsData,
  flags: Readonly<Record<string, FlagData>>,
  parsed: ParsedWords,
  argv: readonly string[],
): Invocation {
  function read(name: string, kinds: readonly FlagData['kind'][]): FlagValue | undefined {
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (flag === undefined || !kinds.includes(flag.kind)) {
      const message = `${command.name} reads --${name} as ${kinds.join('/')} but does not declare it so`;
      throw new Fault('flag not declared', message, { exit: EXIT.bug });
    }
    return parsed.values.get(name);
  }
  return {
    command: command.name,
    verb: parsed.verb,
    args: parsed.args,
    rest: parsed.rest,
    typed: parsed.typed,
    argv,
    isSet: (name) => parsed.values.has(name),
    on: (name) => read(name, ['switch']) === true,
    text: (name) => {
      const value = read(name, ['text', 'choice', 'url', 'instant']);
      return typeof value === 'string' ? value : undefined;
    },
    texts: (name) => {
      const value = read(name, ['text', 'choice', 'url', 'instant']);
      if (value === undefined) return [];
      return Array.isArray(value) ? (value as readonly string[]) : [String(value)];
    },
    number: (name) => {
      const value = read(name, ['integer', 'number', 'duration']);
      return typeof value === 'number' ? value : undefined;
    },
  };
}
