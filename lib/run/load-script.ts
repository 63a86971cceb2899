// Loads a built script, from V8's code cache when there is one for this very file and this Node.

import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import type { Script } from 'node:vm';

export interface LoadedScript<T> {
  readonly exports: T;
  /** Called by a use that is worth it: later starts find what has run by the end of this one. */
  keep(): void;
}

/** Compiling a command takes about 5 ms, loading it from the cache about 1. `name` and what it loads: from `directory`. */
export function loadScript<T>(directory: string, name: string, load: NodeJS.Require): LoadedScript<T> {
  const file = `${directory}/${name}`;
  const cacheFile = `${file}.${process.version}.cache`;
  // The build writes plain ASCII, wrapped in a function: nothing to decode, nothing to copy.
  const source = readFileSync(file, 'latin1');
  const cachedData = readCache(cacheFile, file);
  const vm = load('node:vm') as typeof import('node:vm');
  const script = new vm.Script(source, { filename: file, ...(cachedData === undefined ? {} : { cachedData }) });
  const module = { exports: {} as T };
  script.runInThisContext()(module.exports, load, module, file, directory);
  const isCached = cachedData !== undefined && script.cachedDataRejected !== true;
  return {
    exports: module.exports,
    keep: () => {
      if (isCached) return;
      // Functions that ran by then are in the cache too, so it is made when the command has ended. One that was refused
      // (64 and above) ran too few of them.
      process.once('exit', (code) => {
        if (code < 64) writeCache(cacheFile, script);
      });
    },
  };
}

/** Older than the file it was made of: not for it. */
function readCache(cacheFile: string, file: string): Buffer | undefined {
  try {
    return statSync(cacheFile).mtimeMs >= statSync(file).mtimeMs ? readFileSync(cacheFile) : undefined;
  } catch {
    return undefined;
  }
}

/** An installation that the operator cannot write to stays as it is. */
function writeCache(cacheFile: string, script: Script): void {
  const temporary = `${cacheFile}.${process.pid}`;
  try {
    writeFileSync(temporary, script.createCachedData(), { mode: 0o644 });
    renameSync(temporary, cacheFile);
  } catch {
    return;
  }
}
