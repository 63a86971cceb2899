// Names without strings: a million symbols as slices of one buffer, found through an open-addressing hash table.

import { decodeText } from './utf8.ts';

const SMALLEST = 1_024;

export class SymbolTable {
  #count = 0;
  #bytes: Uint8Array;
  /** Symbol i occupies [#starts[i], #starts[i + 1]). */
  #starts: Uint32Array;
  /** Places of two numbers, hash and index + 1 (0: free), side by side: a look costs one cache line. At most half taken. */
  #places: Uint32Array;

  /** Memory is reserved, not touched, by a generous hint: pages count when they are written. */
  constructor(hint: { readonly symbols: number; readonly bytes: number } = { symbols: 0, bytes: 0 }) {
    const symbols = Math.max(SMALLEST, hint.symbols);
    this.#bytes = new Uint8Array(Math.max(SMALLEST, hint.bytes));
    this.#starts = new Uint32Array(symbols + 1);
    this.#places = placesFor(symbols);
  }

  get count(): number {
    return this.#count;
  }

  text(index: number): string {
    return decodeText(this.#bytes, this.#starts[index]!, this.#starts[index + 1]!);
  }

  /** Index of the symbol, added when it is new. */
  intern(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const place = this.#placeOf(bytes, start, end, hash);
    const taken = this.#places[place + 1]!;
    return taken === 0 ? this.#add(bytes, start, end, hash, place) : taken - 1;
  }

  /** Whether the symbol at `index` is this one: a guess that saves hashing, as lists mostly share one order. */
  isAt(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    return index < this.#count && this.#isSame(index, bytes, start, end);
  }

  /**
   * Reads ahead what `intern` of these hashes will want, all of one kind before the next, so that the waits for memory
   * overlap. `likely` gets index + 1 of each symbol that is probably meant; the answer only
   * keeps the reads from being optimized away.
   */
  warm(hashes: Uint32Array, count: number, likely: Uint32Array): number {
    const places = this.#places;
    const mask = places.length - 1;
    let touched = 0;
    for (let i = 0; i < count; i += 1) likely[i] = places[((hashes[i]! << 1) & mask) + 1]!;
    for (let i = 0; i < count; i += 1) touched ^= this.#starts[likely[i]!]!;
    for (let i = 0; i < count; i += 1) touched ^= this.#bytes[this.#starts[likely[i]!]!]!;
    return touched;
  }

  /** Index of a known symbol, -1 otherwise. */
  find(bytes: Uint8Array): number {
    const place = this.#placeOf(bytes, 0, bytes.length, hashOf(bytes, 0, bytes.length));
    return this.#places[place + 1]! - 1;
  }

  /** Where the symbol is, or the free place where it belongs. */
  #placeOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const places = this.#places;
    const mask = places.length - 1;
    let place = (hash << 1) & mask;
    for (let taken = places[place + 1]!; taken !== 0; taken = places[place + 1]!) {
      if (places[place] === hash && this.#isSame(taken - 1, bytes, start, end)) return place;
      place = (place + 2) & mask;
    }
    return place;
  }

  #isSame(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const own = this.#bytes;
    const from = this.#starts[index]!;
    const length = end - start;
    if (this.#starts[index + 1]! - from !== length) return false;
    // Backwards: neighbours in a list share their beginnings.
    for (let i = length - 1; i >= 0; i -= 1) if (own[from + i] !== bytes[start + i]) return false;
    return true;
  }

  #add(bytes: Uint8Array, start: number, end: number, hash: number, place: number): number {
    const index = this.#count;
    const from = this.#starts[index]!;
    const to = from + end - start;
    if (to > this.#bytes.length) this.#bytes = grown(this.#bytes, to);
    // A loop: for names this short, `set` on a subarray costs more than the copy.
    const own = this.#bytes;
    for (let i = 0; i < end - start; i += 1) own[from + i] = bytes[start + i]!;
    this.#places[place] = hash;
    this.#places[place + 1] = index + 1;
    this.#starts[index + 1] = to;
    this.#count = index + 1;
    if (this.#count === this.#starts.length - 1) this.#makeRoom();
    return index;
  }

  #makeRoom(): void {
    const symbols = this.#count * 2;
    const starts = new Uint32Array(symbols + 1);
    starts.set(this.#starts);
    this.#starts = starts;
    const places = placesFor(symbols);
    const mask = places.length - 1;
    for (let from = 0; from < this.#places.length; from += 2) {
      const hash = this.#places[from]!;
      const taken = this.#places[from + 1]!;
      if (taken === 0) continue;
      let place = (hash << 1) & mask;
      while (places[place + 1] !== 0) place = (place + 2) & mask;
      places[place] = hash;
      places[place + 1] = taken;
    }
    this.#places = places;
  }
}

/** Two numbers a place, at least two places a symbol, a power of two. */
function placesFor(symbols: number): Uint32Array {
  return new Uint32Array(2 ** Math.ceil(Math.log2(symbols * 4)));
}

function grown(bytes: Uint8Array, atLeast: number): Uint8Array {
  const larger = new Uint8Array(Math.max(atLeast, bytes.length * 2));
  larger.set(bytes);
  return larger;
}

/** FNV-1a over the bytes, then murmur3's finish: FNV alone leaves the low bits of similar names close together. */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
