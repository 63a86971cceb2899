// Loopback ports that nobody listens on.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault, isFault } from '../../base/fault.ts';
import type { StackContext } from './stack-context.ts';

// Below the range that Linux gives to outgoing connections.
const LOWEST = 20_000;
const HIGHEST = 32_000;
const TRIES = 50;

/** The wanted port when it is free; otherwise, and without one, any free port. */
export async function pickPort(ctx: StackContext, wanted: number | undefined, taken: Set<number>): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const port =
      attempt === 0 && wanted !== undefined ? wanted : LOWEST + Math.floor(ctx.random.next() * (HIGHEST - LOWEST));
    if (taken.has(port)) continue;
    if (!(await isFree(ctx, port))) continue;
    taken.add(port);
    return port;
  }
  throw new Fault('no free port', `Cannot find a free port between ${LOWEST} and ${HIGHEST}`, {
    exit: EXIT.unavailable,
  });
}

async function isFree({ http, signal }: StackContext, port: number): Promise<boolean> {
  try {
    await http.request({ method: 'GET', url: `http://127.0.0.1:${port}/`, timeoutMs: 500, signal });
    return false;
  } catch (error) {
    signal.throwIfAborted();
    return isFault(error) && error.code === 'http connection refused';
  }
}
