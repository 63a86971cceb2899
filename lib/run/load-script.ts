// Loads a built script, from V8's code cache when there is one for this very file and this Node.

import { accessSync, constants, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface LoadedScript<T> {
  readonly exports: T;
  /** Called by a use that is worth it: later starts find what has run by the end of this one. */
  keep(): void;
}

interface Kept {
  /** Empty where the next run is to begin anew. */
  readonly code: Buffer;
  /** Which file the code is of, then the parts that had been made when it was kept: one a line. */
  readonly note: string;
}

const LENGTH_BYTES = 2;
/** Stands in the note of a cache that was begun anew: that is done once. */
const ANEW = 'anew\n';

/**
 * Compiling a command takes about 5 ms, loading it from the cache about 1. `name` and what it loads: from `directory`.
 * A run that makes a part which no run before it made adds that to the cache. The first run of all reads its
 * configuration the long way, which later ones seldom do: the first of those lets the cache begin anew.
 */
export function loadScript<T>(directory: string, name: string, load: NodeJS.Require): LoadedScript<T> {
  const file = `${directory}/${name}`;
  const cacheFile = `${file}.${process.version}.cache`;
  // The build writes plain ASCII, wrapped in a function: nothing to decode, nothing to copy.
  const source = readFileSync(file, 'latin1');
  // V8 takes any source of the same length for the one that it knows.
  const edition = `${statSync(file).mtimeMs}\n`;
  const kept = readCache(cacheFile, edition);
  const vm = load('node:vm') as typeof import('node:vm');
  const code = kept === null || kept.code.length === 0 ? null : kept.code;
  const script = new vm.Script(source, { filename: file, ...(code === null ? {} : { cachedData: code }) });
  const isCached = code !== null && script.cachedDataRejected !== true;
  const before = kept?.note ?? edition;
  const isAnew = before.startsWith(edition + ANEW);
  const beginning = isAnew ? edition + ANEW : edition;
  let note = isCached ? before : beginning;
  let own = beginning;
  let isUsed = false;
  let isWaiting = false;
  const renew = (): void => {
    if (isWaiting || !isWritable(dirname(cacheFile))) return;
    isWaiting = true;
    const { setFlagsFromString } = load('node:v8') as typeof import('node:v8');
    // The collector of a long run takes functions away that ran only once: those of every start.
    setFlagsFromString('--no-flush-bytecode');
    // Functions that ran by then are in the cache too, so it is made when the command has ended. One that was refused
    // (64 and above) ran too few of them.
    process.once('exit', (code) => {
      // Flags are a part of what V8 knows its cache by.
      setFlagsFromString('--flush-bytecode');
      if (code < 64) writeCache(cacheFile, () => script.createCachedData(), note);
    });
  };
  const beginAnew = (code: number): void => {
    if (code < 64 && !isWaiting && own.length < note.length) writeCache(cacheFile, () => NO_CODE, edition + ANEW);
  };
  const made = (part: string): void => {
    own += `${part}\n`;
    if (note.includes(`\n${part}\n`)) return;
    note += `${part}\n`;
    if (isUsed) renew();
  };
  const module = { exports: {} as T, made };
  script.runInThisContext()(module.exports, load, module, file, directory);
  return {
    exports: module.exports,
    keep: () => {
      isUsed = true;
      if (note !== kept?.note || !isCached) renew();
      else if (!isAnew) process.once('exit', beginAnew);
    },
  };
}

function readCache(cacheFile: string, edition: string): Kept | null {
  try {
    const bytes = readFileSync(cacheFile);
    const end = bytes.length - LENGTH_BYTES;
    const start = end - ((bytes[end] ?? 0) + (bytes[end + 1] ?? 0) * 256);
    const note = bytes.toString('latin1', start, end);
    return note.startsWith(edition) ? { code: bytes.subarray(0, start), note } : null;
  } catch {
    return null;
  }
}

/** An installation that the operator cannot write to stays as it is. */
function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const NO_CODE = Buffer.alloc(0);

function writeCache(cacheFile: string, code: () => Buffer, note: string): void {
  const temporary = `${cacheFile}.${process.pid}`;
  const length = Uint8Array.of(note.length % 256, note.length / 256);
  try {
    writeFileSync(temporary, Buffer.concat([code(), Buffer.from(note, 'latin1'), length]), {
      mode: 0o644,
    });
    renameSync(temporary, cacheFile);
  } catch {
    return;
  }
}
