// Writes to stdout or stderr at once. Building process.stdout loads Node's streams, a tenth of a bare start.

import { writeSync } from 'node:fs';

/** Answers the rest that has to wait: a pipe that is full, or that never blocks. A reader that went away wants none. */
export function writeNow(fd: 1 | 2, text: string): Uint8Array | null {
  const bytes = Buffer.from(text);
  let at = 0;
  try {
    while (at < bytes.length) at += writeSync(fd, bytes, at);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? bytes.subarray(at) : null;
  }
}
