// npm packages: `npm ci` when the installed ones are not those of the lock file.

import { spawnSync } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { say } from './say.mjs';

// npm writes its own record of what it installed last, once everything is in place: a half-done install has none.
const INSTALLED = 'node_modules/.package-lock.json';
const LONGEST_INSTALL_MS = 900_000;

export function installPackages() {
  if (lstatSync('node_modules', { throwIfNoEntry: false })?.isSymbolicLink()) return true;
  const difference = firstDifference();
  if (difference === null) return true;
  if (process.env['MDOPS_NO_INSTALL'] === '1') {
    say(`npm packages differ from package-lock.json (${difference}) and MDOPS_NO_INSTALL=1: run "npm ci".`);
    return false;
  }
  say(`Installing npm packages with "npm ci" (${difference}).`);
  const { status, error } = spawnSync(
    'npm',
    ['ci', '--include=dev', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      stdio: ['ignore', process.stderr, process.stderr],
      timeout: LONGEST_INSTALL_MS,
    },
  );
  if (status === 0) return true;
  say(`npm ci failed (${error?.message ?? `exit ${status}`}): is the npm registry reachable? Then run it again.`);
  return false;
}

/** Null when every package of the lock file is installed in its version; else the first one that is not. */
function firstDifference() {
  const wanted = readPackages('package-lock.json');
  const installed = readPackages(INSTALLED);
  if (installed === null) return 'none are installed';
  for (const [path, { version, optional }] of Object.entries(wanted ?? {})) {
    if (path === '') continue;
    const found = installed[path]?.version;
    if (found === version || (found === undefined && optional)) continue;
    return `${path.replace(/^node_modules\//, '')} is ${found ?? 'missing'}, wanted ${version}`;
  }
  return null;
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return null;
  }
}
