// Acts on components in the order of their needs, side by side where the graph allows it.

import { describeError } from '../../base/fault.ts';
import { nextToBegin } from '../../domain/components/graph.ts';
import type { ComponentResult, Ending } from './bring-up.ts';
import type { Component } from './component.ts';

export interface InOrder {
  readonly components: ReadonlyMap<string, Component>;
  readonly signal: AbortSignal;
  readonly act: (component: Component, signal: AbortSignal) => Promise<ComponentResult>;
  /** After a failure: end what is under way and begin nothing more. Without it the rest goes on. */
  readonly stopsAtFailure: boolean;
  readonly onChange: (underWay: readonly string[], ended: number) => void;
}

/** One result for each component, in the order of the map. Never throws. */
export async function actInOrder(request: InOrder): Promise<readonly ComponentResult[]> {
  const { components, act, stopsAtFailure, onChange } = request;
  const results = new Map<string, ComponentResult>();
  const met = new Set<string>();
  const underWay = new Map<string, Promise<void>>();
  const begun = new Set<string>();
  const giveUp = new AbortController();
  const signal = AbortSignal.any([request.signal, giveUp.signal]);

  const begin = (name: string): void => {
    const component = components.get(name);
    if (component === undefined) return;
    begun.add(name);
    const ending = act(component, signal)
      .catch((error: unknown) =>
        signal.aborted ? unfinished(name, 'cancelled', '') : unfinished(name, 'failed', describeError(error)),
      )
      .then((result) => {
        results.set(name, result);
        underWay.delete(name);
        // Stopping goes on past a component that resists; what needed it is stopped already.
        if (result.ending !== 'failed' || !stopsAtFailure) met.add(name);
        if (result.ending === 'failed' && stopsAtFailure) giveUp.abort(new Error('another component failed'));
      });
    underWay.set(name, ending);
  };

  for (;;) {
    if (!signal.aborted) for (const name of nextToBegin(components, begun, met)) begin(name);
    onChange([...underWay.keys()], results.size);
    if (underWay.size === 0) break;
    await Promise.race(underWay.values());
  }
  return [...components.keys()].map((name) => results.get(name) ?? unfinished(name, 'not begun', ''));
}

function unfinished(name: string, ending: Ending, detail: string): ComponentResult {
  return { name, ending, detail, durationMs: 0, startedHere: false, output: [] };
}
