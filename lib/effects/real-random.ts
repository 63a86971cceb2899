// The machine's randomness. `Math.random` would do for jitter but ids must not collide across hosts.

import { randomFillSync } from 'node:crypto';
import type { Random } from './random.ts';

export function createRandom(): Random {
  return {
    next: () => Math.random(),
    hex: (bytes) => randomFillSync(Buffer.alloc(bytes)).toString('hex'),
  };
}
