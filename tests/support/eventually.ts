// Polls until something is there, with a deadline that says what was waited for.

import { setTimeout as pause } from 'node:timers/promises';

const INTERVAL_MS = 20;

/** Resolves with the first answer that is not `undefined`. */
export async function eventually<T>(
  what: string,
  withinMs: number,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`Waited ${withinMs} ms for ${what}`);
    await pause(INTERVAL_MS);
  }
}
