// Which files of the state directory belong into a backup, and in which order they are read while runs go on.

import { RESTORE_MARKER } from './restore-marker.ts';

export const STAGING = 'restoring';
export const REPLACED = 'replaced';
export const GOVERNOR = 'state/governor';

/** Made again by whoever needs them, or about processes of this moment. */
const NOT_SAVED: ReadonlySet<string> = new Set([
  'cache',
  'components',
  'demo',
  'scratch',
  'sim',
  'stacks',
  REPLACED,
  STAGING,
  RESTORE_MARKER,
]);

export function isSaved(name: string): boolean {
  return !NOT_SAVED.has(name) && !name.endsWith('.tmp');
}

/**
 * Evidence before what it is evidence of, sources before where their records go. A run counts an action in the governor's
 * account before it journals and does it, so an account that is read after the journals knows every action in them. A
 * record moves from the spool into a push group, so a group that is read after the spool has what the spool lost.
 */
export function readingRank(path: string): number {
  if (path.startsWith('journal/')) return 0;
  if (path.startsWith('spool/')) return 1;
  if (path.startsWith(`${GOVERNOR}/`)) return 4;
  return path.startsWith('state/') ? 3 : 2;
}

/** A run file has two names in its life: `.open` until its run has ended. */
export function endedName(path: string): string {
  return path.replace(/\.open$/, '');
}
