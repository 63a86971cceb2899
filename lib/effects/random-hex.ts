// Random bytes from the kernel. Loading node:crypto for a run id would cost a tenth of a bare start of Node.

import { closeSync, openSync, readSync } from 'node:fs';

export function randomHex(bytes: number): string {
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
