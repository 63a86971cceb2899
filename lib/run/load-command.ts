// Loads a built command, from V8's code cache when there is one for this very file and this Node.

import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import type { Script } from 'node:vm';
import type { Execute } from './start.ts';

/** Compiling a command takes about 5 ms, loading it from the cache about 1. `load` resolves from `directory`. */
export function loadCommand(directory: string, name: string, load: NodeJS.Require): Execute {
  const file = `${directory}/commands/${name}.js`;
  const cacheFile = `${file}.${process.version}.cache`;
  // The build writes plain ASCII, wrapped in a function: nothing to decode, nothing to copy.
  const source = readFileSync(file, 'latin1');
  const cachedData = readCache(cacheFile, file);
  const vm = load('node:vm') as typeof import('node:vm');
  const script = new vm.Script(source, { filename: file, ...(cachedData === undefined ? {} : { cachedData }) });
  const module = { exports: {} as { execute: Execute } };
  script.runInThisContext()(module.exports, load, module, file, directory);
  if (cachedData === undefined || script.cachedDataRejected === true) {
    // Functions that ran by then are in the cache too, so it is made when the command has ended.
    process.once('exit', () => writeCache(cacheFile, script));
  }
  return module.exports.execute;
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
