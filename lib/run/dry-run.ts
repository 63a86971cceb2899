// A dry run's effects: looking is real, changing is not. Flows do not know the difference.

import { EXIT } from '../base/exit-codes.ts';
import { Fault } from '../base/fault.ts';
import type { AppendFile, Files } from '../effects/files.ts';
import type { Http } from '../effects/http.ts';
import type { Captured, Processes, ProcessResult } from '../effects/processes.ts';
import type { Effects } from './real-effects.ts';

export interface RealPlaces {
  readonly logDir: string;
  readonly stateDir: string;
}

export function withoutChanges(effects: Effects, places: RealPlaces): Effects {
  return {
    ...effects,
    files: memoryOver(effects.files, places),
    http: probesOnly(effects.http),
    processes: plannedProcesses(effects.processes),
  };
}

/**
 * Writes are kept in memory and read back from there. Only logs are really written, and what is made for a program that
 * looks, and is taken away again.
 */
function memoryOver(files: Files, { logDir, stateDir }: RealPlaces): Files {
  const written = new Map<string, Uint8Array>();
  const removed = new Set<string>();
  const isScratch = (path: string): boolean => path.startsWith(`${stateDir}/scratch/`);
  const isReal = (path: string): boolean => path === logDir || path.startsWith(`${logDir}/`) || isScratch(path);
  const keep = (path: string, content: string | Uint8Array): void => {
    removed.delete(path);
    written.set(path, Buffer.from(content));
  };
  const isReally = (path: string): boolean => {
    if (isReal(path)) removed.delete(path);
    return isReal(path);
  };
  const held = (path: string): Uint8Array | undefined => {
    if (removed.has(path)) throw Object.assign(new Error(`${path} does not exist`), { code: 'ENOENT' });
    return written.get(path);
  };
  return {
    readText: async (path) => {
      const content = held(path);
      return content === undefined ? files.readText(path) : Buffer.from(content).toString('utf8');
    },
    readBytes: async (path) => held(path) ?? files.readBytes(path),
    openRead: (path) => files.openRead(path),
    openAppend: async (path, options) => {
      if (isReally(path)) return files.openAppend(path, options);
      const before = held(path) ?? (await readIfThere(files, path));
      if (before !== null && options?.exclusive === true) {
        throw Object.assign(new Error(`${path} exists`), { code: 'EEXIST' });
      }
      keep(path, before ?? '');
      return appendTo(written, path);
    },
    replace: async (path, content, options) =>
      isReally(path) ? files.replace(path, content, options) : keep(path, content),
    list: async (path) => {
      const real = await files.list(path);
      const ours = [...written.keys()]
        .filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1));
      const names = new Set([
        ...real.filter((name) => !removed.has(`${path}/${name}`)),
        ...ours.filter((name) => !name.includes('/')),
      ]);
      return [...names].sort();
    },
    info: async (path, options) => {
      const content = removed.has(path) ? undefined : written.get(path);
      if (content !== undefined)
        return { size: content.length, modifiedMs: 0, kind: 'file', mode: 0o600, isOurs: true };
      return removed.has(path) ? null : files.info(path, options);
    },
    makeDirectory: async (path) => {
      if (isReal(path)) await files.makeDirectory(path);
    },
    // Logs too: a dry run adds to them, and takes nothing away.
    remove: async (path) => {
      if (isScratch(path)) return files.remove(path);
      written.delete(path);
      removed.add(path);
    },
    rename: async (from, to, options) => {
      if (isReal(from)) return files.rename(from, to, options);
      keep(to, held(from) ?? (await files.readBytes(from)));
      written.delete(from);
      removed.add(from);
    },
  };
}

async function readIfThere(files: Files, path: string): Promise<Uint8Array | null> {
  return (await files.info(path)) === null ? null : files.readBytes(path);
}

function appendTo(written: Map<string, Uint8Array>, path: string): AppendFile {
  const content = (): Uint8Array => written.get(path) ?? new Uint8Array();
  return {
    append: async (text) => {
      written.set(path, Buffer.concat([content(), Buffer.from(text)]));
    },
    truncate: async (size) => {
      written.set(path, content().slice(0, size));
    },
    close: async () => {},
  };
}

/** A request that may change something is a mistake here: clients plan such calls instead of making them. */
function probesOnly(http: Http): Http {
  return {
    request: async (request) => {
      if (request.method === 'GET' || request.isProbe === true) return http.request(request);
      throw new Fault('dry run would change', `A dry run was about to send ${request.method} to a remote`, {
        exit: EXIT.bug,
      });
    },
    close: () => http.close(),
  };
}

const NOTHING: Captured = { head: '', tail: '', totalBytes: 0 };

function plannedProcesses(processes: Processes): Processes {
  return {
    ...processes,
    run: async (spec) => (spec.isProbe === true ? processes.run(spec) : PLANNED),
    runShell: async (line, spec) => (spec.isProbe === true ? processes.runShell(line, spec) : PLANNED),
    spawnDetached: async () => ({ pid: 0, startedTicks: 0 }),
    isAlive: async (child) => child.pid === 0 || processes.isAlive(child),
    stop: async () => true,
    endLeftovers: async () => 0,
  };
}

const PLANNED: ProcessResult = {
  exitCode: 0,
  signal: null,
  timedOut: false,
  cancelled: false,
  ok: true,
  durationMs: 0,
  stdout: NOTHING,
  stderr: NOTHING,
  strays: 0,
  failure: null,
};
