// Reads the fields of one mapping: each asked for once, wrong kinds and unknown keys noted with their line.

import { isRecord, own } from '../../base/json.ts';
import { nearest } from '../../base/nearest.ts';

export interface SpecProblem {
  readonly line: number;
  readonly message: string;
}

export interface Notes {
  readonly lines: ReadonlyMap<string, number>;
  readonly problems: SpecProblem[];
}

export interface Fields {
  text(key: string): string;
  optionalText(key: string): string | undefined;
  texts(key: string): readonly string[];
  number(key: string): number | undefined;
  flag(key: string): boolean;
  optionalFlag(key: string): boolean | undefined;
  choice<T extends string>(key: string, choices: readonly T[]): T | undefined;
  entries(key: string): readonly Fields[];
  /** A mapping with keys of its own choosing. */
  pairs(key: string): readonly { readonly key: string; readonly fields: Fields; readonly value: unknown }[];
  refuse(key: string, message: string): void;
  /** Names every key that nobody asked for. */
  finish(): void;
}

export function readFields(value: unknown, path: string, notes: Notes): Fields {
  const record = isRecord(value) ? value : {};
  const asked = new Set<string>();
  const inner = (key: string): string => (path === '' ? key : `${path}.${key}`);

  function refuse(key: string, message: string): void {
    const line = notes.lines.get(inner(key)) ?? lineAbove(path, notes.lines);
    notes.problems.push({ line, message: `${inner(key)} ${message}` });
  }

  function take(key: string): unknown {
    asked.add(key);
    return own(record, key) ?? undefined;
  }

  function typed<T>(key: string, isRight: (found: unknown) => found is T, wanted: string): T | undefined {
    const found = take(key);
    if (found === undefined || isRight(found)) return found;
    refuse(key, `is not ${wanted}`);
    return undefined;
  }

  function optionalText(key: string): string | undefined {
    return typed(key, (found): found is string => typeof found === 'string', 'a text');
  }

  if (!isRecord(value)) notes.problems.push({ line: lineAbove(path, notes.lines), message: `${path} is no mapping` });
  return {
    optionalText,
    text: (key) => {
      const found = optionalText(key);
      if (found !== undefined && found.trim() !== '') return found.trim();
      if (found !== undefined || own(record, key) === undefined) refuse(key, 'is missing');
      return '';
    },
    texts: (key) => typed(key, isTexts, 'a list of texts') ?? [],
    number: (key) => typed(key, (found): found is number => Number.isFinite(found), 'a number'),
    flag: (key) => typed(key, isFlag, 'true or false') ?? false,
    optionalFlag: (key) => typed(key, isFlag, 'true or false'),
    choice: (key, choices) => {
      const found = optionalText(key);
      const chosen = choices.find((choice) => choice === found);
      if (found !== undefined && chosen === undefined) refuse(key, `is "${found}": wanted ${choices.join(', ')}`);
      return chosen;
    },
    entries: (key) => {
      const list = typed(key, (found): found is unknown[] => Array.isArray(found), 'a list') ?? [];
      return list.map((entry, index) => readFields(entry, `${inner(key)}[${index}]`, notes));
    },
    pairs: (key) => {
      const found = typed(key, isRecord, 'a mapping') ?? {};
      return Object.entries(found).map(([name, entry]) => ({
        key: name,
        value: entry,
        fields: readFields(isRecord(entry) ? entry : {}, `${inner(key)}.${name}`, notes),
      }));
    },
    refuse,
    finish: () => {
      for (const key of Object.keys(record)) {
        if (asked.has(key)) continue;
        const close = nearest(key, [...asked]);
        refuse(key, `is unknown${close === undefined ? '' : `: did you mean ${close}?`}`);
      }
    },
  };
}

function isTexts(found: unknown): found is string[] {
  return Array.isArray(found) && found.every((entry) => typeof entry === 'string');
}

function isFlag(found: unknown): found is boolean {
  return typeof found === 'boolean';
}

/** The line of the nearest key around a path that has none itself; the first key inside a list entry stands for it. */
function lineAbove(path: string, lines: ReadonlyMap<string, number>): number {
  for (const [key, line] of lines) if (key.startsWith(`${path}.`)) return line;
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.search(/[.[][^.[]*$/)))) {
    const line = lines.get(at);
    if (line !== undefined) return line;
  }
  return 1;
}
