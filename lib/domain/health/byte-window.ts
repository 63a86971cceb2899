// A sliding window over a file or a message: bytes come in pieces, whoever reads sees them whole.

const SMALLEST = 64 * 1024;

export class ByteWindow {
  bytes = new Uint8Array(SMALLEST + 1);
  /** The next byte to read; everything before it may be forgotten. */
  at = 0;
  /** Behind the last byte held. `bytes[end]` is always 0, which stops every scan: no text format allows it. */
  end = 0;
  /** True once there is nothing more to come. */
  isLast = false;
  /** Bytes forgotten so far, so that places can be named in the whole input. */
  forgotten = 0;

  /** Free space to fill, at least `atLeast` bytes; tell `take` how many were written. */
  room(atLeast: number): Uint8Array {
    const kept = this.end - this.at;
    if (this.end + atLeast >= this.bytes.length) this.#move(kept, atLeast);
    return this.bytes.subarray(this.end, this.bytes.length - 1);
  }

  take(count: number): void {
    this.end += count;
    this.bytes[this.end] = 0;
  }

  #move(kept: number, atLeast: number): void {
    this.forgotten += this.at;
    const target =
      kept + atLeast < this.bytes.length ? this.bytes : new Uint8Array(Math.max(kept * 2, kept + atLeast) + 1);
    target.set(this.bytes.subarray(this.at, this.end));
    this.bytes = target;
    this.at = 0;
    this.end = kept;
    this.bytes[kept] = 0;
  }
}
