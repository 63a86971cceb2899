// Private directories of one test file, removed after it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Call once at the top of a test file; each call of the result makes a new empty directory. */
export function temporaryDirectories(name: string): () => string {
  const room = mkdtempSync(join(tmpdir(), `mdops-${name}-`));
  afterAll(() => rmSync(room, { recursive: true, force: true }));
  return () => mkdtempSync(join(room, 'd-'));
}
