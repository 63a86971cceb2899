// Catalogues and snapshots of any size for the benchmark, about 100 bytes an instrument.

import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export const NOW = '2026-01-05T09:30:00Z';
const EXCHANGES = ['SHFE', 'DCE', 'CZCE', 'INE'] as const;

export interface FeedFiles {
  readonly catalogue: string;
  readonly json: string;
  readonly ndjson: string;
  /** The same snapshot in no order at all. */
  readonly shuffled: string;
}

export function writeFeed(directory: string, count: number): FeedFiles {
  const files = {
    catalogue: join(directory, `catalogue-${count}.json`),
    json: join(directory, `active-${count}.json`),
    ndjson: join(directory, `active-${count}.ndjson`),
    shuffled: join(directory, `shuffled-${count}.json`),
  };
  const order = shuffle(count);
  write(files.catalogue, '[', ',', ']', count, (i) => JSON.stringify(symbolOf(i)));
  write(files.json, '[', ',', ']', count, entryOf);
  write(files.ndjson, '', '\n', '\n', count, entryOf);
  write(files.shuffled, '[', ',', ']', count, (i) => entryOf(order[i]!));
  return files;
}

function symbolOf(i: number): string {
  return `c${String(i).padStart(7, '0')}.${EXCHANGES[i % EXCHANGES.length]}`;
}

/** One in three thousand is slow, so that a report has something to say. */
function entryOf(i: number): string {
  const age = i % 3_000 === 0 ? '09:27' : '09:29';
  const tick = `2026-01-05T${age}:${String(i % 60).padStart(2, '0')}Z`;
  return `{"symbol":"${symbolOf(i)}","subscription_id":"${i % 10_000}","last_tick_at":"${tick}","active":true}`;
}

/** The same order every time. */
function shuffle(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  let seed = 1;
  for (let i = count - 1; i > 0; i -= 1) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const j = seed % (i + 1);
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return order;
}

function write(
  path: string,
  head: string,
  glue: string,
  tail: string,
  count: number,
  item: (i: number) => string,
): void {
  const fd = openSync(path, 'w');
  let text = head;
  for (let i = 0; i < count; i += 1) {
    text += i === 0 ? item(i) : glue + item(i);
    if (text.length > 1 << 20) {
      writeSync(fd, text);
      text = '';
    }
  }
  writeSync(fd, text + tail);
  closeSync(fd);
}
