// The machine's files. Calls are synchronous inside: a thread-pool hop costs more than the small writes made here.

import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { AppendFile, FileInfo, Files, ReadFile } from './files.ts';
import { createRandomHex } from './random-hex.ts';

const PRIVATE_FILE = 0o600;
const PRIVATE_DIRECTORY = 0o700;

export function createFiles(): Files {
  const randomHex = createRandomHex();
  return {
    readText: async (path) => readWhole(path, (fd) => readFileSync(fd, 'utf8')),
    readBytes: async (path) => readWhole(path, (fd) => readFileSync(fd)),
    openRead: async (path) => openRead(path),
    openAppend: async (path, options) => openAppend(path, options?.exclusive ?? false, options?.durable ?? false),
    // By chance, not by pid: in a container the next run often has the pid of the one that crashed here.
    replace: async (path, content, options) =>
      replaceFile(`${path}.${randomHex(8)}.tmp`, path, content, options?.durable ?? true, options?.mode),
    list: async (path) => list(path),
    info: async (path, options) => info(path, options?.follow ?? false),
    makeDirectory: async (path) => {
      makeDirectory(path);
    },
    remove: async (path) => {
      remove(path);
    },
    rename: async (from, to, options) => {
      renameSync(from, to);
      if (options?.durable ?? true) syncDirectory(dirname(to));
    },
  };
}

/**
 * Node's own recursive mkdir never ends where a parent can never be made (/proc), and says ENOENT of a file system that
 * is read-only.
 */
function makeDirectory(path: string): void {
  if (tryMakeDirectory(path)) return;
  const parent = dirname(path);
  if (parent === path) throw Object.assign(new Error(`${path} does not exist`), { code: 'ENOENT', path });
  makeDirectory(parent);
  // With its parent there, what is still wrong is about this one.
  if (!tryMakeDirectory(path)) throw Object.assign(new Error(`${path} cannot be made`), { code: 'ENOENT', path });
}

/** False when its parent is missing. */
function tryMakeDirectory(path: string): boolean {
  try {
    mkdirSync(path, PRIVATE_DIRECTORY);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    // A read-only file system says so of directories that are there, too.
    if (!(statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false)) throw error;
  }
  return true;
}

/** A FIFO that somebody planted reads as empty: nobody would ever end a wait for its writer. `<(…)` is waited for. */
function readWhole<T>(path: string, read: (fd: number) => T): T {
  const isAwaited = path.startsWith('/dev/') || path.startsWith('/proc/');
  const fd = openSync(path, constants.O_RDONLY | (isAwaited ? 0 : constants.O_NONBLOCK));
  try {
    return read(fd);
  } finally {
    closeSync(fd);
  }
}

function openRead(path: string): ReadFile {
  const fd = openSync(path, constants.O_RDONLY);
  return {
    size: fstatSync(fd).size,
    read: async (into) => readSync(fd, into, 0, into.length, null),
    close: async () => closeSync(fd),
  };
}

function openAppend(path: string, exclusive: boolean, durable: boolean): AppendFile {
  const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants;
  // O_NONBLOCK: opening a planted FIFO must not hang before it is refused below.
  const flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | (exclusive ? O_EXCL : 0);
  const fd = openSync(path, flags, PRIVATE_FILE);
  if (!fstatSync(fd).isFile()) {
    closeSync(fd);
    throw Object.assign(new Error(`${path} is not a regular file`), { code: 'EINVAL' });
  }
  let namedIn = durable ? dirname(path) : null;
  return {
    append: async (text, options) => {
      writeAll(fd, text);
      if (options?.durable === false) return;
      if (namedIn === null) {
        fdatasyncSync(fd);
        return;
      }
      await syncWithName(fd, namedIn);
      namedIn = null;
    },
    truncate: async (size) => {
      ftruncateSync(fd, size);
      fdatasyncSync(fd);
    },
    close: async () => closeSync(fd),
  };
}

/**
 * A new file's content and its name at once, off this thread: a file system that journals commits both together, and
 * whoever starts something has other work to do meanwhile.
 */
async function syncWithName(fd: number, directory: string): Promise<void> {
  const name = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const synced = await Promise.allSettled([called(fdatasync, fd), called(fsync, name)]);
    for (const result of synced) if (result.status === 'rejected') throw result.reason;
  } finally {
    closeSync(name);
  }
}

function called(sync: (fd: number, done: (error: Error | null) => void) => void, fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    sync(fd, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

function replaceFile(
  temporary: string,
  path: string,
  content: string | Uint8Array,
  durable: boolean,
  mode = PRIVATE_FILE,
): void {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const fd = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  try {
    try {
      writeAll(fd, content);
      if (durable) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  if (durable) syncDirectory(dirname(path));
}

function syncDirectory(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function writeAll(fd: number, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  let at = 0;
  while (at < bytes.length) at += writeSync(fd, bytes, at);
}

/** Mostly one file; what removes whole trees is loaded for those. */
function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') rmSync(path, { force: true, recursive: true });
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function info(path: string, follow: boolean): FileInfo | null {
  const found = (follow ? statSync : lstatSync)(path, { throwIfNoEntry: false });
  if (found === undefined) return null;
  const kind = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
  const isOurs = found.uid === process.geteuid?.();
  return { size: found.size, modifiedMs: found.mtimeMs, kind, mode: found.mode & 0o7777, isOurs, device: found.dev };
}
