// dist/: rebuilt when a source is newer than the last build.

import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { say } from './say.mjs';

const PRODUCT = 'dist/mdops.js';
const SOURCES = ['lib', 'scripts', 'package.json', 'package-lock.json', '.ci/build.mjs', '.ci/command-file.mjs'];

export function buildIfStale() {
  const built = modifiedMs(PRODUCT);
  if (built > 0 && Math.max(...SOURCES.map(newestMs)) <= built) return true;
  say('Building dist/.');
  const { status } = spawnSync(process.execPath, ['.ci/build.mjs'], { stdio: ['ignore', process.stderr, 'inherit'] });
  if (status !== 0) say(`The build failed (exit ${status}): see the lines above.`);
  return status === 0;
}

/** Directories count too: removing a file changes theirs. */
function newestMs(path) {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined) return 0;
  if (!info.isDirectory()) return info.mtimeMs;
  return Math.max(info.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

function modifiedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
