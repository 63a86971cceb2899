// Grafana's search, page by page to its end.

import type { JsonObject } from '../../base/json.ts';
import { records } from './fields.ts';
import type { Session } from './session.ts';

/** Grafana answers at most 5,000 a page; a smaller one answers within the deadline on slow servers too. */
const PAGE = 1_000;
const MOST_PAGES = 100;

export async function searchAll(session: Session, type: 'dash-db' | 'dash-folder'): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const path = `/api/search?type=${type}&limit=${PAGE}&page=${page}`;
    const hits = records(await session.call({ method: 'GET', path, action: 'search Grafana', wants: 'list' }));
    found.push(...hits);
    if (hits.length < PAGE) break;
  }
  return found;
}
