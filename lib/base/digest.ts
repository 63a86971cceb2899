// SHA-256 of text, as hex: hash chains, plan hashes.

import { createHash } from 'node:crypto';

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
