// Files of our own that only make starts faster: what is not ours, or others may write to, does not exist.

import { join } from 'node:path';
import type { Files } from '../../effects/files.ts';

export interface TrustedFiles {
  read(name: string): Promise<string | undefined>;
  /** Never throws: only speed is lost. */
  write(name: string, text: string): Promise<void>;
}

const OTHERS_MAY_WRITE = 0o022;

export function trustedFiles(files: Files, directory: string): TrustedFiles {
  return {
    read: async (name) => {
      const path = join(directory, name);
      const isOurs = (await isTrusted(files, directory, 'directory')) && (await isTrusted(files, path, 'file'));
      return isOurs ? files.readText(path) : undefined;
    },
    write: async (name, text) => {
      try {
        await files.makeDirectory(directory);
        if (!(await isTrusted(files, directory, 'directory'))) return;
        await files.replace(join(directory, name), text, { durable: false });
      } catch {
        // Full, read-only or not ours: the next start reads everything anew.
      }
    },
  };
}

async function isTrusted(files: Files, path: string, kind: 'file' | 'directory'): Promise<boolean> {
  const info = await files.info(path);
  return info !== null && info.kind === kind && info.isOurs && (info.mode & OTHERS_MAY_WRITE) === 0;
}
