// Orders, cycles and who may begin: what a start relies on.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Needs, nextToBegin, orderComponents, reverseNeeds } from '../../../lib/domain/components/graph.ts';
import { selectComponents } from '../../../lib/domain/components/selection.ts';

function graph(edges: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, Needs> {
  return new Map(Object.entries(edges).map(([name, after]) => [name, { after }]));
}

/** Any graph: each component may need any others, also itself. */
const anyGraph = fc.integer({ min: 1, max: 8 }).chain((size) =>
  fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }).map((needs) => {
    return new Map(needs.map((after, index) => [`c${index}`, { after: after.map((other) => `c${other}`) }]));
  }),
);

describe('an order of components', () => {
  it('puts each after what it needs and otherwise keeps the file', () => {
    const ordered = orderComponents(graph({ worker: ['mds'], nats: [], mds: ['nats'], prom: [] }));
    expect(ordered).toEqual({ ok: true, order: ['nats', 'mds', 'worker', 'prom'] });
  });

  it.each([
    ['itself', { a: ['a'] }, ['a', 'a']],
    ['each other', { x: [], a: ['b'], b: ['a'] }, ['a', 'b', 'a']],
    ['a ring behind a tail', { t: ['a'], a: ['b'], b: ['c'], c: ['a'] }, ['a', 'b', 'c', 'a']],
  ])('names the cycle: %s', (_name, edges, cycle) => {
    expect(orderComponents(graph(edges))).toEqual({ ok: false, cycle });
  });

  it('exists exactly when there is no cycle, and a named cycle is one', () => {
    fc.assert(
      fc.property(anyGraph, (components) => {
        const ordered = orderComponents(components);
        if (ordered.ok) {
          expect([...ordered.order].sort()).toEqual([...components.keys()].sort());
          for (const [index, name] of ordered.order.entries()) {
            for (const needed of components.get(name)?.after ?? []) {
              expect(ordered.order.indexOf(needed)).toBeLessThan(index);
            }
          }
          return;
        }
        expect(ordered.cycle[0]).toBe(ordered.cycle.at(-1));
        for (const [index, name] of ordered.cycle.slice(0, -1).entries()) {
          expect(components.get(name)?.after).toContain(ordered.cycle[index + 1]);
        }
      }),
    );
  });
});

describe('what may begin', () => {
  it('is everything whose needs are met, at once, and the whole graph is reached unless it has a cycle', () => {
    fc.assert(
      fc.property(anyGraph, (components) => {
        const done = new Set<string>();
        for (;;) {
          const next = nextToBegin(components, done, done);
          if (next.length === 0) break;
          for (const name of next) {
            for (const needed of components.get(name)?.after ?? []) expect(done).toContain(needed);
          }
          for (const name of next) done.add(name);
        }
        expect(done.size === components.size).toBe(orderComponents(components).ok);
      }),
    );
  });

  it('does not wait for what is left out', () => {
    expect(nextToBegin(graph({ worker: ['absent'] }), new Set(), new Set())).toEqual(['worker']);
  });

  it('is the mirror image when stopping', () => {
    fc.assert(
      fc.property(anyGraph, (components) => {
        const mirrored = reverseNeeds(components);
        for (const [name, { after }] of components) {
          for (const needed of after) expect(mirrored.get(needed)?.after).toContain(name);
        }
        const count = (all: ReadonlyMap<string, Needs>) =>
          [...all.values()].reduce((sum, { after }) => sum + after.length, 0);
        expect(count(mirrored)).toBe(count(components));
      }),
    );
  });
});

it('a selection leaves out the other route and what needs the exchange, and says so', () => {
  const components = new Map([
    ['nats', { after: [], live: false }],
    ['feed-a', { after: ['nats'], live: true }],
    ['feed-b', { after: ['nats'], live: true }],
  ]);
  const { chosen, leftOut } = selectComponents(components, { otherRoute: ['feed-b'], skipLive: true });
  expect([...chosen.keys()]).toEqual(['nats']);
  expect(leftOut).toEqual([
    { name: 'feed-a', reason: 'needs the exchange' },
    { name: 'feed-b', reason: 'other route' },
  ]);
});
