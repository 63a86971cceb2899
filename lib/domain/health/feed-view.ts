// What a judgement sees of a feed, however it is held: one line per symbol, by index.

/** How well the counting subscription of a symbol is known, from nothing to a time; of two rows the higher one counts. */
export const SEEN = { no: 0, bare: 1, never: 2, unreadable: 3, at: 4 } as const;

export interface RowDetail {
  readonly subscriptionId: string | null;
  readonly lastTickAt: string | null;
}

export interface FeedView {
  readonly count: number;
  /** Entries read, also inactive and repeated ones. */
  readonly rows: number;
  /** Active entries for a symbol that had one already. */
  readonly repeatedRows: number;
  readonly repeatedExpected: number;
  text(index: number): string;
  isExpected(index: number): boolean;
  isIgnored(index: number): boolean;
  seen(index: number): number;
  tickMs(index: number): number;
  detail(index: number): RowDetail;
  /** Index of a symbol that the catalogue or the source named, -1 otherwise. */
  find(symbol: string): number;
}

/** Whether a row counts instead of the one before it: what is better known, then what is fresher, then who came first. */
export function outranks(seen: number, tickMs: number, beforeSeen: number, beforeTickMs: number): boolean {
  return seen > beforeSeen || (seen === beforeSeen && tickMs > beforeTickMs);
}

/** Expected symbols that are not ignored. */
export function expectedSymbols(feed: FeedView): string[] {
  const symbols: string[] = [];
  for (let index = 0; index < feed.count; index += 1) {
    if (feed.isExpected(index) && !feed.isIgnored(index)) symbols.push(feed.text(index));
  }
  return symbols;
}
