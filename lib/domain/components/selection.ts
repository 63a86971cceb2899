// Which components a run is about: one route of the two, and without the exchange when asked.

import type { Needs } from './graph.ts';

export interface Selectable extends Needs {
  readonly live: boolean;
}

export interface Selection<C> {
  readonly chosen: ReadonlyMap<string, C>;
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut {
  readonly name: string;
  readonly reason: 'other route' | 'needs the exchange';
}

export interface SelectionWish {
  /** Components of the route that is not wanted. */
  readonly otherRoute: readonly string[];
  readonly skipLive: boolean;
}

export function selectComponents<C extends Selectable>(
  components: ReadonlyMap<string, C>,
  wish: SelectionWish,
): Selection<C> {
  const chosen = new Map<string, C>();
  const leftOut: LeftOut[] = [];
  for (const [name, component] of components) {
    if (wish.otherRoute.includes(name)) leftOut.push({ name, reason: 'other route' });
    else if (wish.skipLive && component.live) leftOut.push({ name, reason: 'needs the exchange' });
    else chosen.set(name, component);
  }
  return { chosen, leftOut };
}
