// Temporary files of runs that were killed while they wrote.

import type { Files } from '../../effects/files.ts';

/** Only under the lock that the killed run held: a living one still writes its own. */
export async function removeLeftovers(files: Files, directory: string, prefix: string): Promise<void> {
  for (const name of await files.list(directory)) {
    if (name.startsWith(prefix) && name.endsWith('.tmp')) await files.remove(`${directory}/${name}`);
  }
}
