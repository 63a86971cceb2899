// A virtual clock that flows by itself: whenever nothing else is to do, it jumps to the next sleeper.

import type { SimClock } from '../../../lib/sim/environment/sim-clock.ts';

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

const START_WALL_MS = Date.UTC(2026, 2, 2, 12, 55);

export function createFlowingClock(): SimClock & { stop(): void } {
  let nowMs = 0;
  let isStopped = false;
  const sleepers: Sleeper[] = [];
  const flow = (): void => {
    if (isStopped) return;
    const next = sleepers.toSorted((a, b) => a.atMs - b.atMs)[0];
    if (next !== undefined) {
      sleepers.splice(sleepers.indexOf(next), 1);
      nowMs = Math.max(nowMs, next.atMs);
      next.wake();
    }
    setImmediate(flow);
  };
  setImmediate(flow);
  return {
    wallMs: () => START_WALL_MS + nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const leave = (): void => {
          sleepers.splice(sleepers.indexOf(sleeper), 1);
          reject(signal?.reason);
        };
        const wake = (): void => {
          signal?.removeEventListener('abort', leave);
          resolve();
        };
        const sleeper = { atMs: nowMs + Math.max(0, ms), wake };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', leave, { once: true });
      }),
    stop: () => {
      isStopped = true;
    },
  };
}
