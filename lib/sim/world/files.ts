// Files on a simulated disk: the two write patterns of the real ones, step by step, each step a place to die or to fail.

import { dirname } from 'node:path/posix';
import type { AppendFile, FileInfo, Files, ReadFile } from '../../effects/files.ts';
import type { Chance } from './chance.ts';
import { type Disk, type OpenFile, systemError } from './disk.ts';
import type { Gate } from './gate.ts';

/** What a disk may refuse. */
export type DiskWork = 'write' | 'sync' | 'rename' | 'sync directory' | 'make directory' | 'remove';

/** The error of the next piece of work, or null. Asked once for each. */
export type DiskFault = (what: DiskWork, path: string) => 'EIO' | 'ENOSPC' | 'EROFS' | 'EACCES' | null;

export function createSimFiles(disk: Disk, gate: Gate, chance: Chance, fault: DiskFault): Files {
  const check = (what: DiskWork, path: string): void => {
    const code = fault(what, path);
    if (code !== null) throw systemError(code, path);
  };
  const sync = (file: OpenFile, path: string): Promise<void> =>
    gate.pass('sync', path, () => {
      check('sync', path);
      file.sync();
    });
  const syncDirectory = (path: string): Promise<void> =>
    gate.pass('sync', path, () => {
      check('sync directory', path);
      disk.syncDirectory(path);
    });

  return {
    readText: (path) => gate.pass('read', path, () => disk.read(path).toString('utf8')),
    readBytes: (path) => gate.pass('read', path, () => disk.read(path)),
    openRead: async (path) => readFileOf(await gate.pass('read', path, () => disk.read(path))),
    openAppend: async (path, options) => {
      const isExclusive = options?.exclusive ?? false;
      const file = await gate.pass('open', path, () => {
        check('write', path);
        return disk.open(path, isExclusive);
      });
      if (options?.durable ?? false) await syncDirectory(dirname(path));
      return appendFile(path, file, gate, fault, sync);
    },
    replace: async (path, content, options) => {
      const aside = `${path}.${chance.below(1e9)}.tmp`;
      const isDurable = options?.durable ?? true;
      const file = await gate.pass('write', aside, () => {
        check('write', path);
        const opened = disk.open(aside, true);
        opened.append(Buffer.from(content));
        return opened;
      });
      try {
        if (isDurable) await sync(file, aside);
        await gate.pass('rename', `${aside} to ${path}`, () => {
          check('rename', path);
          disk.rename(aside, path);
        });
      } catch (error) {
        disk.remove(aside);
        gate.noteChange();
        throw error;
      }
      if (isDurable) await syncDirectory(dirname(path));
    },
    list: (path) => gate.pass('read', path, () => disk.list(path)),
    info: (path) => gate.pass('read', path, () => infoOf(disk, path)),
    makeDirectory: (path) =>
      gate.pass('write', path, () => {
        if (disk.isDirectory(path)) return;
        check('make directory', path);
        disk.makeDirectory(path);
      }),
    remove: (path) =>
      gate.pass('remove', path, () => {
        if (disk.has(path)) check('remove', path);
        disk.remove(path);
      }),
    rename: async (from, to, options) => {
      await gate.pass('rename', `${from} to ${to}`, () => {
        check('rename', to);
        disk.rename(from, to);
      });
      if (options?.durable ?? true) await syncDirectory(dirname(to));
    },
  };
}

function readFileOf(content: Buffer): ReadFile {
  let at = 0;
  return {
    size: content.length,
    read: async (into) => {
      const count = content.copy(into, 0, at);
      at += count;
      return count;
    },
    close: async () => {},
  };
}

function appendFile(
  path: string,
  file: OpenFile,
  gate: Gate,
  fault: DiskFault,
  sync: (file: OpenFile, path: string) => Promise<void>,
): AppendFile {
  return {
    append: async (text, options) => {
      await gate.pass('append', `${path} ${text.length}`, () => {
        const bytes = Buffer.from(text);
        const code = fault('write', path);
        // A disk that is full took what still fitted.
        file.append(code === null ? bytes : bytes.subarray(0, bytes.length >> 1));
        if (code !== null) throw systemError(code, path);
      });
      if (options?.durable ?? true) await sync(file, path);
    },
    truncate: async (size) => {
      await gate.pass('truncate', `${path} ${size}`, () => {
        const code = fault('write', path);
        if (code !== null) throw systemError(code, path);
        file.truncate(size);
      });
      await sync(file, path);
    },
    close: async () => {},
  };
}

function infoOf(disk: Disk, path: string): FileInfo | null {
  if (!disk.has(path)) return null;
  if (disk.isDirectory(path)) return { size: 0, modifiedMs: 0, kind: 'directory', mode: 0o700, isOurs: true };
  const modifiedMs = disk.modifiedMs(path);
  return { size: disk.read(path).length, modifiedMs, kind: 'file', mode: 0o600, isOurs: true };
}
