// The machine's randomness. `Math.random` would do for jitter but ids must not collide across hosts.

import type { Random } from './random.ts';
import { createRandomHex } from './random-hex.ts';

export function createRandom(): Random {
  return {
    next: () => Math.random(),
    hex: createRandomHex(),
  };
}
