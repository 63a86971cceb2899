// Random bytes from the kernel. Loading node:crypto for a run id would cost a tenth of a bare start of Node.

import { closeSync, openSync, readSync } from 'node:fs';

// A start makes half a dozen ids: the kernel is asked once for all of them.
const POOL_BYTES = 128;

/** No byte is ever given twice. */
export function createRandomHex(): (bytes: number) => string {
  let pool = '';
  return (bytes) => {
    if (pool.length < bytes * 2) pool = readHex(Math.max(bytes, POOL_BYTES));
    const taken = pool.slice(0, bytes * 2);
    pool = pool.slice(bytes * 2);
    return taken;
  };
}

function readHex(bytes: number): string {
  const buffer = Buffer.alloc(bytes);
  const fd = openSync('/dev/urandom', 'r');
  try {
    let at = 0;
    while (at < bytes) at += readSync(fd, buffer, at, bytes - at, null);
  } finally {
    closeSync(fd);
  }
  return buffer.toString('hex');
}
