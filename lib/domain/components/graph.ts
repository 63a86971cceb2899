// Dependencies between components: a valid order, the cycle when there is none, and who waits for whom.

export interface Needs {
  readonly after: readonly string[];
}

export type Ordered =
  | { readonly ok: true; readonly order: readonly string[] }
  /** The cycle from a component back to itself: `a`, `b`, `a`. */
  | { readonly ok: false; readonly cycle: readonly string[] };

/** Every component after what it needs, otherwise as listed. Names that are not in the map are taken as satisfied. */
export function orderComponents(components: ReadonlyMap<string, Needs>): Ordered {
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  for (const name of components.keys()) {
    const cycle = visit(name, []);
    if (cycle !== null) return { ok: false, cycle };
  }
  return { ok: true, order };

  function visit(name: string, path: readonly string[]): readonly string[] | null {
    const component = components.get(name);
    if (component === undefined || state.get(name) === 'done') return null;
    if (state.get(name) === 'open') return [...path.slice(path.indexOf(name)), name];
    state.set(name, 'open');
    for (const needed of component.after) {
      const cycle = visit(needed, [...path, name]);
      if (cycle !== null) return cycle;
    }
    state.set(name, 'done');
    order.push(name);
    return null;
  }
}

/** For stopping: a component waits for everything that needs it. */
export function reverseNeeds(components: ReadonlyMap<string, Needs>): ReadonlyMap<string, Needs> {
  const names = [...components.keys()].toReversed();
  return new Map(
    names.map((name) => [name, { after: names.filter((other) => components.get(other)?.after.includes(name)) }]),
  );
}

/** Components whose needs are all met and that were not begun: they may begin now, side by side. */
export function nextToBegin(
  components: ReadonlyMap<string, Needs>,
  begun: ReadonlySet<string>,
  done: ReadonlySet<string>,
): readonly string[] {
  return [...components]
    .filter(([name, { after }]) => {
      return !begun.has(name) && after.every((needed) => done.has(needed) || !components.has(needed));
    })
    .map(([name]) => name);
}
