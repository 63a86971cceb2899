// The files of a state directory while runs go on: listed once, read whole, in the order that keeps them consistent.

import { systemCode } from '../../base/fault.ts';
import { endedName, isSaved, readingRank } from '../../domain/backup/state-layout.ts';
import type { Files } from '../../effects/files.ts';

export interface StateFile {
  /** Below the directory. */
  readonly path: string;
  readonly mode: number;
}

export interface StateListing {
  readonly files: readonly StateFile[];
  /** Neither files nor directories. */
  readonly strange: readonly string[];
}

export async function listState(files: Files, directory: string): Promise<StateListing> {
  const found: StateFile[] = [];
  const strange: string[] = [];
  const walk = async (below: string, isTop: boolean): Promise<void> => {
    for (const name of await files.list(below === '' ? directory : `${directory}/${below}`)) {
      if (isTop ? !isSaved(name) : name.endsWith('.tmp')) continue;
      const path = below === '' ? name : `${below}/${name}`;
      const info = await files.info(`${directory}/${path}`);
      if (info?.kind === 'directory') await walk(path, false);
      else if (info?.kind === 'file') found.push({ path, mode: info.mode });
      else if (info !== null) strange.push(path);
    }
  };
  await walk('', true);
  return { files: found.sort((a, b) => readingRank(a.path) - readingRank(b.path)), strange };
}

export interface ReadState extends StateFile {
  readonly content: Uint8Array;
}

/** Null for what was removed since it was listed: its owner was done with it. */
export async function readStateFile(files: Files, directory: string, file: StateFile): Promise<ReadState | null> {
  // A run that ended meanwhile has dropped the end of its name.
  for (const path of new Set([file.path, endedName(file.path)])) {
    try {
      return { path, mode: file.mode, content: await files.readBytes(`${directory}/${path}`) };
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }
  return null;
}
