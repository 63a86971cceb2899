// When the inputs of rules were recorded; each metric is asked for once.

import type { Grid } from '../../../domain/rules/backtest/grid.ts';
import { metricsOf, type Needed, presenceQuery } from '../../../domain/rules/backtest/needed-inputs.ts';
import { type HistoryContext, readHistory } from './history.ts';

export interface Recorded {
  has(query: string, step: number): boolean;
  everRecorded(metric: Asked): boolean;
  throughout(metric: Asked): boolean;
}

interface Asked {
  readonly metric: string;
  readonly offset: string;
}

export interface Presence {
  of(grid: Grid, needed: Needed): Promise<Recorded>;
}

export function createPresence(ctx: HistoryContext, base: string): Presence {
  const asked = new Map<string, Promise<Uint8Array>>();
  return {
    of: async (grid, needed) => {
      const found = new Map<string, Uint8Array>();
      for (const metric of metricsOf(needed)) {
        const query = presenceQuery(metric);
        const key = `${grid.fromMs} ${grid.stepMs} ${grid.count} ${query}`;
        const answer = asked.get(key) ?? readPresence(ctx, base, query, grid);
        asked.set(key, answer);
        found.set(query, await answer);
      }
      return {
        has: (query, step) => found.get(query)?.[step] === 1,
        everRecorded: (metric) => found.get(presenceQuery(metric))?.includes(1) === true,
        throughout: (metric) => found.get(presenceQuery(metric))?.includes(0) === false,
      };
    },
  };
}

/** A question that fails leaves its steps unseen: they count as a gap. */
async function readPresence(ctx: HistoryContext, base: string, query: string, grid: Grid): Promise<Uint8Array> {
  const seen = new Uint8Array(grid.count);
  await readHistory(ctx, base, {
    query,
    grid,
    onPiece: ({ series }) => {
      for (const { steps } of series) for (const step of steps) seen[step] = 1;
    },
  });
  return seen;
}
