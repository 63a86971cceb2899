// Numbers that follow from a seed and a name alone: the same seed makes the same environment, whoever asks first.

/** In [0, 1). */
export function seeded(seed: number, ...names: readonly (string | number)[]): number {
  // FNV-1a over the names, then the finalizer of MurmurHash3: neighbouring names give unrelated numbers.
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const character of names.join('/')) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

export function seededBetween(low: number, high: number, seed: number, ...names: readonly (string | number)[]): number {
  return low + (high - low) * seeded(seed, ...names);
}
