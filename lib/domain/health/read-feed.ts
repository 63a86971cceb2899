// Which byte reader fits which format, and where its entries go.

import { type ListReader, readWhole } from './byte-reader.ts';
import { createCsvReader } from './csv-catalogue.ts';
import type { Feed } from './feed.ts';
import { type ActiveFormat, formatOf } from './formats.ts';
import { createJsonListReader, type EntrySink, type Origin } from './json-list.ts';
import { createLineListReader } from './line-list.ts';
import { FIELD, type Row } from './row.ts';
import { decodeText } from './utf8.ts';

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
