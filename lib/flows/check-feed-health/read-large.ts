// Lists of any size and format, read piece by piece from their bytes.

import type { ListReader } from '../../domain/health/byte-reader.ts';
import { Feed } from '../../domain/health/feed.ts';
import type { Origin } from '../../domain/health/json-list.ts';
import { createActiveReader, createCatalogueReader } from '../../domain/health/read-feed.ts';
import type { Looked } from '../../domain/health/tally.ts';
import type { ListSource, Seen, Sources } from './source.ts';

// A JSON catalogue takes at least this many bytes for a symbol, quotes and comma included.
const BYTES_PER_SYMBOL = 12;

/** `unremarkable`: ticks in this time need no further look. */
export async function readLarge(
  { catalogue, active, catalogueFormat, activeFormat, ignored }: Sources,
  unremarkable: { readonly afterMs: number; readonly beforeMs: number },
): Promise<Seen> {
  const feed = new Feed({
    unremarkable,
    hint: { bytes: catalogue.size, symbols: Math.ceil(catalogue.size / BYTES_PER_SYMBOL) },
  });
  for (const symbol of ignored) feed.ignore(symbol);
  return {
    feed,
    catalogue: await look(catalogue, (origin) => createCatalogueReader(feed, catalogueFormat, origin)),
    active: await look(active, (origin) => createActiveReader(feed, activeFormat, origin)),
  };
}

async function look(source: ListSource, create: (origin: Origin) => ListReader): Promise<Looked> {
  const origin: Origin = {};
  const problem = source.problem === '' ? await source.readInto(create(origin)) : source.problem;
  return { name: source.name, origin, problem };
}
