// Whether to believe what is seen: when most of the world looks dead at once, the observer is probably the broken part.

import { contractName } from '../sessions/contract-name.ts';

export interface ExchangeView {
  readonly exchange: string;
  readonly total: number;
  readonly dead: number;
}

// One contract is no exchange: its silence says nothing about the others.
const FEWEST_CONTRACTS = 2;
// Of a single exchange nothing can be compared.
const FEWEST_EXCHANGES = 2;

/** Why the observer is doubted, or null. `otherDead` names other feeds that looked dead at their own last check. */
export function doubtObserver(
  views: readonly ExchangeView[],
  otherDead: readonly string[],
  majorityRatio: number,
): string | null {
  const counted = views.filter(({ total }) => total >= FEWEST_CONTRACTS);
  const dead = counted.filter((view) => view.dead === view.total);
  if (counted.length >= FEWEST_EXCHANGES && dead.length / counted.length > majorityRatio) {
    return `${dead.length} of ${counted.length} exchanges look dead at once: ${dead.map(({ exchange }) => exchange).join(', ')}`;
  }
  if (otherDead.length > 0 && isFeedDead(views)) return `this feed and ${otherDead.join(', ')} look dead at once`;
  return null;
}

/** Most contracts of the feed are gone or silent. */
export function isFeedDead(views: readonly ExchangeView[]): boolean {
  const total = views.reduce((sum, view) => sum + view.total, 0);
  const dead = views.reduce((sum, view) => sum + view.dead, 0);
  return total >= FEWEST_CONTRACTS && dead / total > 0.5;
}

export function viewExchanges(expected: Iterable<string>, dead: ReadonlySet<string>): ExchangeView[] {
  const views = new Map<string, { exchange: string; total: number; dead: number }>();
  for (const symbol of expected) {
    const { exchange } = contractName(symbol);
    const view = views.get(exchange) ?? { exchange, total: 0, dead: 0 };
    view.total += 1;
    if (dead.has(symbol)) view.dead += 1;
    views.set(exchange, view);
  }
  return [...views.values()];
}
