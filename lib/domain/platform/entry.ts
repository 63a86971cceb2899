// Reads entries of a hand-written file: every mistake is noted with its line, and what is left is usable.

import { isRecord, own } from '../../base/json.ts';
import { nearest } from '../../base/nearest.ts';
import { parsePromDuration } from '../rules/prom-duration.ts';
import type { Mistake } from './platform.ts';

export interface Notes {
  readonly lines: ReadonlyMap<string, number>;
  readonly mistakes: Mistake[];
}

/** One mapping of the file, and where it stands. */
export interface Entry {
  readonly path: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly notes: Notes;
}

export function entryAt(value: unknown, path: string, notes: Notes, known: readonly string[]): Entry {
  const entry: Entry = { path, value: isRecord(value) ? value : {}, notes };
  if (value !== undefined && value !== null && !isRecord(value)) note(entry, '', 'is no mapping');
  for (const key of Object.keys(entry.value)) {
    if (known.includes(key)) continue;
    const close = nearest(key, known);
    note(entry, key, `is unknown here${close === undefined ? '' : `: did you mean ${close}?`}`);
  }
  return entry;
}

export function entriesAt(parent: Entry, key: string, known: readonly string[]): Entry[] {
  const value = own(parent.value, key) ?? [];
  if (!Array.isArray(value)) {
    note(parent, key, 'is no list');
    return [];
  }
  return value.map((item, index) => entryAt(item, `${join(parent.path, key)}[${index}]`, parent.notes, known));
}

export function innerAt(parent: Entry, key: string, known: readonly string[]): Entry {
  return entryAt(own(parent.value, key), join(parent.path, key), parent.notes, known);
}

/** What is wrong with a key of an entry; an empty key: with the entry. */
export function note({ path, notes }: Entry, key: string, message: string): void {
  const at = key === '' ? path : join(path, key);
  notes.mistakes.push({ line: lineOf(notes, at), message: `${at} ${message}` });
}

/** The line of the nearest key that has one. */
export function lineOf({ lines }: Notes, path: string): number {
  for (let at = path; at !== ''; at = at.replace(/(^|\.)[^.]*$/, '')) {
    const line = lines.get(at);
    if (line !== undefined) return line;
    // A list's item stands where its first key does.
    const first = [...lines].find(([known]) => known.startsWith(`${at}.`));
    if (first !== undefined) return first[1];
  }
  return 1;
}

export function wantText(entry: Entry, key: string): string {
  const text = optionalText(entry, key);
  if (text === null) note(entry, key, 'is missing');
  return text ?? '';
}

export function optionalText(entry: Entry, key: string): string | null {
  const value = own(entry.value, key);
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  note(entry, key, 'is no text');
  return null;
}

export function optionalDuration(entry: Entry, key: string): string | null {
  const text = optionalText(entry, key);
  if (text !== null && parsePromDuration(text) === null) note(entry, key, `"${text}" is no duration`);
  return text;
}

export function optionalMs(entry: Entry, key: string): number | null {
  const text = optionalDuration(entry, key);
  return text === null ? null : parsePromDuration(text);
}

export function optionalNumber(entry: Entry, key: string): number | null {
  const value = own(entry.value, key);
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return value;
  note(entry, key, 'is no number');
  return null;
}

export function flagAt(entry: Entry, key: string): boolean {
  const value = own(entry.value, key);
  if (value !== undefined && typeof value !== 'boolean') note(entry, key, 'is neither true nor false');
  return value === true;
}

export function textsAt(entry: Entry, key: string): readonly string[] {
  const value = own(entry.value, key) ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string' || typeof item === 'number'))
    return value.map(String);
  note(entry, key, 'is no list of texts');
  return [];
}

export function labelsAt(entry: Entry, key: string): Readonly<Record<string, string>> {
  const value = own(entry.value, key) ?? {};
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, String(inner)]));
  note(entry, key, 'is no mapping');
  return {};
}

export function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
