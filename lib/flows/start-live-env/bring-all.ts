// All chosen components up, or what was begun down again.

import { oneLine } from '../../base/sanitize.ts';
import { tableLines } from '../../base/table.ts';
import { reverseNeeds } from '../../domain/components/graph.ts';
import type { Context } from '../../run/context.ts';
import { bringDown, bringUp, type ComponentResult, isUp } from './bring-up.ts';
import type { Component } from './component.ts';
import type { Chosen, LiveEnvironment } from './environment.ts';
import { followRoute } from './follow.ts';
import { actInOrder } from './in-order.ts';

/** A proof is as good as new for so long; looking again costs a process for each managed component. */
const PROOF_HOLDS_MS = 500;

export interface BroughtUp {
  readonly results: readonly ComponentResult[];
  readonly rolledBack: readonly ComponentResult[];
}

export async function bringAllUp(ctx: Context, environment: LiveEnvironment, chosen: Chosen): Promise<BroughtUp> {
  const { components, route } = chosen;
  const since = ctx.clock.monotonicMs();
  const touched = new Set<string>();
  const results: ComponentResult[] = [];
  const board = createBoard(ctx, components);
  await ctx.steps.run({
    name: 'start components',
    kind: 'idempotent',
    input: { route, components: [...components.keys()] },
    act: async () => {
      const ended = await actInOrder({
        components,
        signal: ctx.signal,
        stopsAtFailure: true,
        act: (component, signal) =>
          bringUp(ctx, environment, component, signal, {
            willStart: (name) => touched.add(name),
            seen: board.seen,
          }),
        onChange: board.changed,
      });
      tell(ctx, ended);
      results.push(...ended);
      return ended.map(({ name, ending }) => `${name}: ${ending}`);
    },
  });
  const undo = (): Promise<readonly ComponentResult[]> => rollBack(ctx, environment, components, touched);
  if (!results.every(isUp)) return { results, rolledBack: await undo() };
  try {
    results.push(...(await followRoute(ctx, environment, chosen)));
    if (ctx.clock.monotonicMs() - since > PROOF_HOLDS_MS) await lookAgain(ctx, environment, components, results);
  } catch (error) {
    await undo();
    throw error;
  }
  return { results, rolledBack: results.every(isUp) ? [] : await undo() };
}

/** Ready is said of all at one moment: what was ready first may have died while the others started. */
async function lookAgain(
  ctx: Context,
  { drivers, proof }: LiveEnvironment,
  components: ReadonlyMap<string, Component>,
  results: ComponentResult[],
): Promise<void> {
  const looks = results.map(async (result, at) => {
    const component = components.get(result.name);
    if (component === undefined) return;
    const seen = await proof.stillReady(component, result.ending === 'ready', ctx.signal);
    if (seen.isReady) return;
    const output = await drivers[component.driver].lastOutput(component, ctx.signal);
    results[at] = { ...result, ending: 'failed', detail: `was ready, but not to the end: ${seen.detail}`, output };
  });
  await Promise.all(looks);
  tell(
    ctx,
    results.filter(({ ending }) => ending === 'failed'),
  );
}

const LONGEST_DETAIL = 100;

/** The live table: what each component is at, and what was last seen of those that are under way. */
function createBoard({ progress }: Pick<Context, 'progress'>, components: ReadonlyMap<string, Component>) {
  const begun = new Map<string, string>();
  let [underWay, ready]: [readonly string[], number] = [[], 0];
  const stateOf = (name: string): string =>
    underWay.includes(name) ? 'starting' : begun.has(name) ? 'ready' : 'waits';
  const show = (): void => {
    const rows = [...components.values()].map(({ name, after }) => {
      const state = stateOf(name);
      const detail = state === 'waits' ? `for ${after.filter((need) => stateOf(need) !== 'ready').join(', ')}` : '';
      return [name, state, oneLine(detail === '' ? (begun.get(name) ?? '') : detail, LONGEST_DETAIL)];
    });
    const table = tableLines([{ title: 'COMPONENT' }, { title: 'STATE' }, { title: 'SEEN' }], rows);
    progress.update(`${ready}/${components.size} ready; waiting for ${underWay.join(', ')}`, table);
  };
  return {
    seen: (name: string, detail: string): void => {
      begun.set(name, detail);
      show();
    },
    changed: (now: readonly string[], ended: number): void => {
      [underWay, ready] = [now, ended];
      for (const name of now) if (!begun.has(name)) begun.set(name, '');
      if (now.length > 0) show();
    },
  };
}

/** Also after a cancellation: therefore not under its signal. Each stop has its own deadline. */
async function rollBack(
  ctx: Context,
  environment: LiveEnvironment,
  components: ReadonlyMap<string, Component>,
  touched: ReadonlySet<string>,
): Promise<readonly ComponentResult[]> {
  if (touched.size === 0) return [];
  const mine = new Map([...components].filter(([name]) => touched.has(name)));
  ctx.log.event('message', `undoing what this run started: ${[...mine.keys()].join(', ')}`, { level: 'warn' });
  const results = await actInOrder({
    components: inStopOrder(mine),
    signal: new AbortController().signal,
    stopsAtFailure: false,
    act: (component, signal) => bringDown(ctx, environment, component, signal),
    onChange: (underWay) => ctx.progress.update(`undoing: ${underWay.join(', ')}`),
  });
  tell(ctx, results);
  return results;
}

export function inStopOrder(components: ReadonlyMap<string, Component>): ReadonlyMap<string, Component> {
  const needs = reverseNeeds(components);
  return new Map(
    [...needs].flatMap(([name, { after }]) => {
      const component = components.get(name);
      return component === undefined ? [] : [[name, { ...component, after }] as const];
    }),
  );
}

export function tell(ctx: Pick<Context, 'log'>, results: readonly ComponentResult[]): void {
  for (const { name, ending, detail, durationMs, output } of results) {
    const isBad = ending === 'failed';
    ctx.log.event('component_state', `${name}: ${ending}${detail === '' ? '' : ` (${detail})`}`, {
      level: isBad ? 'error' : 'info',
      duration_ms: durationMs,
      extra: { component: name, state: ending, ...(isBad ? { output } : {}) },
    });
  }
}
