// Which byte reader fits which format, and where its entries go.

import { type ListReader, readWhole } from './byte-reader.ts';
import { createCsvReader } from './csv-catalogue.ts';
import { Feed } from './feed.ts';
import { expectedSymbols } from './feed-view.ts';
import { type ActiveFormat, formatOf } from './formats.ts';
import { createJsonListReader, type EntrySink, type Origin } from './json-list.ts';
import { createLineListReader } from './line-list.ts';

export function createCatalogueReader(feed: Feed, format: 'json' | 'csv', origin: Origin = {}): ListReader {
  return createNamesReader(feed, format, ['items', 'symbols'], origin);
}

/** `listKeys`: keys that may hold the list, the preferred one last. */
function createNamesReader(
  feed: Feed,
  format: 'json' | 'csv',
  listKeys: readonly string[],
  origin: Origin,
): ListReader {
  if (format === 'csv') return createCsvReader((bytes, start, end) => feed.expect(bytes, start, end));
  const sink: EntrySink = {
    listKeys,
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
export function readIgnored(
  path: string,
  bytes: Uint8Array,
): { readonly symbols: readonly string[]; readonly problem: string } {
  const feed = new Feed();
  const reader = createNamesReader(feed, formatOf(path, bytes), ['items', 'symbols', 'rejected'], {});
  return { problem: readWhole(reader, bytes), symbols: expectedSymbols(feed) };
}
