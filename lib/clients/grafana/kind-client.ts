// What every kind of Grafana object can be asked for: one client each, all with these four questions.

import type { Glimpse, GrafanaKind, GrafanaObject, LiveObject } from '../../base/grafana-objects.ts';

export interface Looked {
  readonly objects: readonly LiveObject[];
  /** What this look could not see, in words. */
  readonly blind: readonly string[];
}

export interface KindClient {
  readonly kind: GrafanaKind;
  /** Those with the wanted ids, and those that are ours besides. Throws `grafana version lacks this` on old servers. */
  look(wanted: readonly string[], isOurs: (seen: Glimpse) => boolean): Promise<Looked>;
  read(id: string): Promise<LiveObject | null>;
  /** Creates it, or changes what `held` shows. With `overwrite` whatever anybody did meanwhile. */
  write(wanted: GrafanaObject, held: LiveObject | null, options: WriteOptions): Promise<void>;
  remove(held: LiveObject): Promise<void>;
}

export interface WriteOptions {
  readonly overwrite: boolean;
  /** Kept by the server beside the new version, where it keeps words. */
  readonly message: string;
}

/** One server's objects. */
export interface Grafana {
  readonly url: string;
  version(): Promise<string | null>;
  of(kind: GrafanaKind): KindClient;
}

const AT_ONCE = 4;

/** In order, a few at a time: a server with many dashboards is asked quickly, and not hammered. */
export async function mapFew<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next;
      next += 1;
      results[at] = await work(items[at] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return results;
}
