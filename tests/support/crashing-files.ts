// Files of a program that is killed: from one write on, nothing happens any more and nothing is answered.

import type { Files } from '../../lib/effects/files.ts';

export interface CrashingFiles extends Files {
  /** Writes that were begun, the fatal one included. */
  writes(): number;
  /** Resolves at the fatal write. */
  readonly died: Promise<void>;
}

/**
 * The `fatal`-th write (from 1) never returns: with `before` it did not happen, with `after` it did. Reads go on until
 * then; afterwards they never return either.
 */
export function crashAt(files: Files, fatal: number, when: 'before' | 'after'): CrashingFiles {
  let count = 0;
  let dead = false;
  let die: () => void = () => undefined;
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });

  async function write<T>(act: () => Promise<T>): Promise<T> {
    if (dead) return new Promise<T>(() => {});
    count += 1;
    if (count !== fatal) return act();
    dead = true;
    if (when === 'after') await act();
    die();
    return new Promise<T>(() => {});
  }
  async function read<T>(act: () => Promise<T>): Promise<T> {
    return dead ? new Promise<T>(() => {}) : act();
  }

  return {
    writes: () => count,
    died,
    readText: (path) => read(() => files.readText(path)),
    readBytes: (path) => read(() => files.readBytes(path)),
    list: (path) => read(() => files.list(path)),
    info: (path) => read(() => files.info(path)),
    openRead: (path) => read(() => files.openRead(path)),
    openAppend: (path, options) => write(() => files.openAppend(path, options)),
    replace: (path, content, options) => write(() => files.replace(path, content, options)),
    makeDirectory: (path) => write(() => files.makeDirectory(path)),
    rename: (from, to) => write(() => files.rename(from, to)),
    remove: (path) => write(() => files.remove(path)),
  };
}
