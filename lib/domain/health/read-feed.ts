// Which reader fits which text, and where its entries go.

import { type ListReader, readWhole } from './byte-reader.ts';
import { createCsvReader } from './csv-catalogue.ts';
import type { Feed } from './feed.ts';
import { createJsonListReader, type EntrySink, type Origin } from './json-list.ts';
import { createLineListReader } from './line-list.ts';
import { FIELD, type Row } from './row.ts';
import { decodeText } from './utf8.ts';

export const CATALOGUE_FORMATS = ['auto', 'json', 'csv'] as const;
export type CatalogueFormat = (typeof CATALOGUE_FORMATS)[number];
export type ActiveFormat = 'json' | 'ndjson';

export function createCatalogueReader(feed: Feed, format: 'json' | 'csv', origin: Origin = {}): ListReader {
  if (format === 'csv') return createCsvReader((bytes, start, end) => feed.expect(bytes, start, end));
  const sink: EntrySink = {
    listKeys: ['items', 'symbols'],
    accept: (row, bytes) => feed.expectRow(row, bytes),
    flush: (bytes) => feed.flush(bytes),
    restart: () => feed.forgetExpected(),
  };
  return createJsonListReader(sink, origin);
}

export function createActiveReader(feed: Feed, format: ActiveFormat, origin: Origin = {}): ListReader {
  feed.rewind();
  const sink: EntrySink = {
    listKeys: ['items', 'subscriptions'],
    accept: (row, bytes) => feed.observeRow(row, bytes),
    flush: (bytes) => feed.flush(bytes),
    restart: () => feed.forgetRows(),
  };
  return format === 'ndjson' ? createLineListReader(sink) : createJsonListReader(sink, origin);
}

/** Symbols to ignore: a catalogue, or a subscription summary's `rejected`. `problem` says why it cannot be used, or ''. */
export function readIgnored(bytes: Uint8Array): { readonly symbols: readonly string[]; readonly problem: string } {
  const symbols: string[] = [];
  const sink: EntrySink = {
    listKeys: ['items', 'symbols', 'rejected'],
    accept: (row: Row, from) => symbols.push(row.text(FIELD.symbol, from) ?? '') > 0 && symbols.at(-1) !== '',
    flush: () => {},
    restart: () => symbols.splice(0),
  };
  const reader =
    formatOf('', bytes) === 'csv'
      ? createCsvReader((from, start, end) => symbols.push(decodeText(from, start, end)))
      : createJsonListReader(sink, {});
  return { problem: readWhole(reader, bytes), symbols };
}

/** By the file's ending, else by its first character: JSON begins with a bracket, CSV does not. */
export function formatOf(path: string, head: Uint8Array): 'json' | 'csv' {
  if (/\.json$/i.test(path)) return 'json';
  if (/\.(csv|tsv|txt)$/i.test(path)) return 'csv';
  const first = firstCharacter(head);
  return first === '[' || first === '{' ? 'json' : 'csv';
}

/** By the file's ending, else by its first line: an object with a symbol of its own, or a bare string, is an entry. */
export function activeFormatOf(path: string, head: Uint8Array): ActiveFormat {
  if (/\.(ndjson|jsonl)$/i.test(path)) return 'ndjson';
  const first = firstCharacter(head);
  if (first === '"') return 'ndjson';
  return first === '{' && isEntry(firstLine(head)) ? 'ndjson' : 'json';
}

function isEntry(line: string): boolean {
  try {
    const value = JSON.parse(line) as object;
    return Object.hasOwn(value, 'symbol') && !Object.hasOwn(value, 'subscriptions') && !Object.hasOwn(value, 'items');
  } catch {
    return false;
  }
}

function firstLine(head: Uint8Array): string {
  const text = new TextDecoder().decode(head).trimStart();
  return text.split('\n', 1)[0] ?? '';
}

function firstCharacter(head: Uint8Array): string {
  const at = head.findIndex((byte) => byte > 0x20);
  return at < 0 ? '' : String.fromCharCode(head[at]!);
}
