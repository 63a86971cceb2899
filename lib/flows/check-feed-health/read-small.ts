// Two small JSON lists, each at hand as a whole.

import { readPlainFeed } from '../../domain/health/plain-feed.ts';
import type { Seen, Sources } from './source.ts';

/** Null where the byte readers must do it: everything that is not well-formed. */
export function readSmall({ catalogue, active, ignored }: Sources): Seen | null {
  const read = readPlainFeed({ catalogue: catalogue.head, active: active.head, ignored });
  if (read === null) return null;
  return {
    feed: read.feed,
    catalogue: { name: catalogue.name, origin: read.catalogue, problem: '' },
    active: { name: active.name, origin: read.active, problem: '' },
  };
}
