// Names without strings: a million symbols as slices of one buffer, found through an open-addressing hash table.

import { decodeText } from './utf8.ts';

const SMALLEST = 1_024;

export class SymbolTable {
  #count = 0;
  #bytes: Uint8Array;
  /** Symbol i occupies [#starts[i], #starts[i + 1]). */
  #starts: Uint32Array;
  #hashes: Uint32Array;
  /** Index + 1 of the symbol in this place; 0 is free. At most half of the places are taken. */
  #slots: Uint32Array;

  /** Memory is reserved, not touched, by a generous hint: pages count when they are written. */
  constructor(hint: { readonly symbols: number; readonly bytes: number } = { symbols: 0, bytes: 0 }) {
    const symbols = Math.max(SMALLEST, hint.symbols);
    this.#bytes = new Uint8Array(Math.max(SMALLEST, hint.bytes));
    this.#starts = new Uint32Array(symbols + 1);
    this.#hashes = new Uint32Array(symbols);
    this.#slots = new Uint32Array(placesFor(symbols));
  }

  get count(): number {
    return this.#count;
  }

  text(index: number): string {
    return decodeText(this.#bytes, this.#starts[index]!, this.#starts[index + 1]!);
  }

  /** Index of the symbol, added when it is new. `guess` is tried before hashing: lists mostly share one order. */
  intern(bytes: Uint8Array, start: number, end: number, guess: number): number {
    if (guess < this.#count && this.#isSame(guess, bytes, start, end)) return guess;
    const hash = hashOf(bytes, start, end);
    const slots = this.#slots;
    const mask = slots.length - 1;
    let place = hash & mask;
    for (let taken = slots[place]!; taken !== 0; taken = slots[place]!) {
      if (this.#hashes[taken - 1] === hash && this.#isSame(taken - 1, bytes, start, end)) return taken - 1;
      place = (place + 1) & mask;
    }
    return this.#add(bytes, start, end, hash, place);
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
    this.#slots[place] = index + 1;
    this.#hashes[index] = hash;
    this.#starts[index + 1] = to;
    this.#count = index + 1;
    if (this.#count === this.#hashes.length) this.#makeRoom();
    return index;
  }

  #makeRoom(): void {
    const symbols = this.#count * 2;
    const hashes = new Uint32Array(symbols);
    hashes.set(this.#hashes);
    const starts = new Uint32Array(symbols + 1);
    starts.set(this.#starts);
    const slots = new Uint32Array(placesFor(symbols));
    const mask = slots.length - 1;
    for (let index = 0; index < this.#count; index += 1) {
      let place = hashes[index]! & mask;
      while (slots[place] !== 0) place = (place + 1) & mask;
      slots[place] = index + 1;
    }
    this.#hashes = hashes;
    this.#starts = starts;
    this.#slots = slots;
  }
}

function placesFor(symbols: number): number {
  return 2 ** Math.ceil(Math.log2(symbols * 2));
}

function grown(bytes: Uint8Array, atLeast: number): Uint8Array {
  const larger = new Uint8Array(Math.max(atLeast, bytes.length * 2));
  larger.set(bytes);
  return larger;
}

/** FNV-1a over the bytes, then murmur3's finish: FNV alone leaves the low bits of similar names close together. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
