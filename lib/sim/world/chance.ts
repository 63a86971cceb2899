// Chance from a seed: the same seed draws the same numbers, and a fork draws its own without disturbing the others.

export interface Chance {
  /** In [0, 1). */
  next(): number;
  between(low: number, high: number): number;
  /** A whole number from 0 to `count` - 1. */
  below(count: number): number;
  isTrue(share: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** Depends on the seed and the name alone, not on what was drawn before. */
  fork(name: string): Chance;
}

export function createChance(seed: number): Chance {
  // sfc32 by Chris Doty-Humphrey: public domain, 128 bits of state, passes PractRand.
  let a = 0x9e3779b9 ^ seed;
  let b = 0x243f6a88;
  let c = 0xb7e15162 ^ Math.imul(seed, 0x85ebca6b);
  let count = 1;
  const next = (): number => {
    const sum = (a + b + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let round = 0; round < 12; round += 1) next();
  const below = (most: number): number => Math.floor(next() * most);
  return {
    next,
    below,
    between: (low, high) => low + next() * (high - low),
    isTrue: (share) => next() < share,
    pick: (from) => from[below(from.length)]!,
    fork: (name) => createChance(hash(seed, name)),
  };
}

function hash(seed: number, name: string): number {
  let value = (0x811c9dc5 ^ seed) >>> 0;
  for (let at = 0; at < name.length; at += 1) value = Math.imul(value ^ name.charCodeAt(at), 0x01000193) >>> 0;
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) >>> 0;
  return (value ^ (value >>> 13)) >>> 0;
}
