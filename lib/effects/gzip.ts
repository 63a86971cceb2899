// Compression of one piece at a time.

import { gunzipSync, gzipSync } from 'node:zlib';

export interface Gzip {
  compress(bytes: Uint8Array): Uint8Array;
  /** Throws for anything that is not whole, or longer than `most`. */
  expand(bytes: Uint8Array, most: number): Uint8Array;
}

export function createGzip(): Gzip {
  return {
    compress: (bytes) => gzipSync(bytes),
    expand: (bytes, most) => gunzipSync(bytes, { maxOutputLength: Math.max(1, most) }),
  };
}
