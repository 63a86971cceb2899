// The tracked files of this clone, as path → text.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Sources } from './violations.ts';

/** Tracked and new files alike: a mistake is found before it is added. */
export function listFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  return [...new Set(listed.split('\0'))].filter((path) => path !== '' && existsSync(path)).sort();
}

export function readSources(pattern: RegExp): Sources {
  return new Map(
    listFiles()
      .filter((path) => pattern.test(path))
      .map((path) => [path, readFileSync(path, 'utf8')]),
  );
}
