// A host's disk: what programs see, and what of it survives when the power goes.

import { dirname } from 'node:path/posix';
import type { Chance } from './chance.ts';

/** A file: its content, and the part of it that was synced. */
interface Node {
  content: Buffer;
  synced: Buffer;
}

export interface Disk {
  read(path: string): Buffer;
  has(path: string): boolean;
  list(path: string): string[];
  isDirectory(path: string): boolean;
  makeDirectory(path: string): void;
  /** Opens for appending, making the file when it is absent. */
  open(path: string, isExclusive: boolean): OpenFile;
  rename(from: string, to: string): void;
  remove(path: string): void;
  syncDirectory(path: string): void;
  /** Of unsynced names and bytes, chance decides what is left. */
  losePower(chance: Chance): void;
  /** Paths and contents as programs see them, sorted. */
  files(): readonly (readonly [path: string, content: string])[];
}

export interface OpenFile {
  append(bytes: Buffer): void;
  truncate(size: number): void;
  sync(): void;
}

export function createDisk(): Disk {
  const seen = new Map<string, Node>();
  const durable = new Map<string, Node>();
  const directories = new Set<string>(['/']);

  const find = (path: string): Node => {
    const node = seen.get(path);
    if (node === undefined) throw systemError(directories.has(path) ? 'EISDIR' : 'ENOENT', path);
    return node;
  };
  const makeDirectory = (path: string): void => {
    for (let at = path; !directories.has(at); at = dirname(at)) directories.add(at);
  };

  return {
    read: (path) => find(path).content,
    has: (path) => seen.has(path) || directories.has(path),
    isDirectory: (path) => directories.has(path),
    makeDirectory,
    list: (path) => {
      const names = new Set<string>();
      const prefix = `${path}/`;
      for (const name of seen.keys()) if (name.startsWith(prefix)) names.add(firstWord(name, prefix));
      for (const name of directories) if (name.startsWith(prefix)) names.add(firstWord(name, prefix));
      return [...names].sort();
    },
    open: (path, isExclusive) => {
      if (seen.has(path) && isExclusive) throw systemError('EEXIST', path);
      if (!directories.has(dirname(path))) throw systemError('ENOENT', path);
      const node = seen.get(path) ?? { content: Buffer.alloc(0), synced: Buffer.alloc(0) };
      seen.set(path, node);
      return {
        append: (bytes) => {
          node.content = Buffer.concat([node.content, bytes]);
        },
        truncate: (size) => {
          node.content = node.content.subarray(0, size);
        },
        sync: () => {
          node.synced = node.content;
        },
      };
    },
    rename: (from, to) => {
      seen.set(to, find(from));
      seen.delete(from);
    },
    remove: (path) => {
      for (const name of [...seen.keys()]) if (name === path || name.startsWith(`${path}/`)) seen.delete(name);
      for (const name of [...directories]) if (name === path || name.startsWith(`${path}/`)) directories.delete(name);
    },
    syncDirectory: (path) => {
      for (const [name, node] of seen) if (dirname(name) === path) durable.set(name, node);
      for (const name of [...durable.keys()]) if (dirname(name) === path && !seen.has(name)) durable.delete(name);
    },
    losePower: (chance) => {
      losePower(seen, durable, chance);
    },
    files: () =>
      [...seen]
        .map(([path, { content }]) => [path, content.toString('utf8')] as const)
        .sort((a, b) => (a[0] < b[0] ? -1 : 1)),
  };
}

/** Names that were never synced may be there or not, in any mixture; so may bytes at the end of a file. */
function losePower(seen: Map<string, Node>, durable: Map<string, Node>, chance: Chance): void {
  for (const name of new Set([...seen.keys(), ...durable.keys()])) {
    const [now, kept] = [seen.get(name), durable.get(name)];
    if (now === kept || chance.isTrue(0.5)) continue;
    if (kept === undefined) seen.delete(name);
    else seen.set(name, kept);
  }
  durable.clear();
  for (const [name, node] of seen) {
    const { content, synced } = node;
    const isGrown = content.length >= synced.length && content.subarray(0, synced.length).equals(synced);
    const least = isGrown ? synced.length : 0;
    node.content = content === synced ? content : content.subarray(0, least + chance.below(content.length - least + 1));
    node.synced = node.content;
    durable.set(name, node);
  }
}

function firstWord(name: string, prefix: string): string {
  const end = name.indexOf('/', prefix.length);
  return name.slice(prefix.length, end === -1 ? undefined : end);
}

export function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
