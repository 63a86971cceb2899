// A host's disk: what programs see, and what of it survives when the power goes.

import { dirname } from 'node:path/posix';
import type { Chance } from './chance.ts';

/** A file: its content, and the part of it that was synced. */
interface Node {
  content: Buffer;
  synced: Buffer;
  /** What it may grow into: `content` is a beginning of it until it is cut. */
  room: Buffer;
  used: number;
  /** To what it was cut since it was synced. */
  cut: number;
  modifiedMs: number;
}

export interface Disk {
  read(path: string): Buffer;
  has(path: string): boolean;
  /** On the host's wall. */
  modifiedMs(path: string): number;
  list(path: string): string[];
  isDirectory(path: string): boolean;
  makeDirectory(path: string): void;
  /** Opens for appending, making the file when it is absent. */
  open(path: string, isExclusive: boolean): OpenFile;
  rename(from: string, to: string): void;
  remove(path: string): void;
  syncDirectory(path: string): void;
  /** Name and content would both survive a power cut. */
  isDurable(path: string): boolean;
  /** Of unsynced names and bytes, chance decides what is left. */
  losePower(chance: Chance): void;
  paths(): readonly string[];
}

export interface OpenFile {
  append(bytes: Buffer): void;
  truncate(size: number): void;
  sync(): void;
}

export function createDisk(nowMs: () => number = () => 0): Disk {
  const seen = new Map<string, Node>();
  const durable = new Map<string, Node>();
  let pending: NameChange[] = [];
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
    modifiedMs: (path) => find(path).modifiedMs,
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
      const node = seen.get(path) ?? {
        content: EMPTY,
        synced: EMPTY,
        room: EMPTY,
        used: 0,
        cut: Infinity,
        modifiedMs: nowMs(),
      };
      if (!seen.has(path)) pending.push({ set: path, node });
      seen.set(path, node);
      return {
        append: (bytes) => {
          append(node, bytes);
          node.modifiedMs = nowMs();
        },
        truncate: (size) => {
          node.content = node.content.subarray(0, size);
          node.cut = Math.min(node.cut, size);
          node.modifiedMs = nowMs();
        },
        sync: () => {
          node.synced = node.content;
          node.cut = Infinity;
        },
      };
    },
    rename: (from, to) => {
      const node = find(from);
      pending.push({ set: to, node, gone: from });
      seen.set(to, node);
      seen.delete(from);
    },
    remove: (path) => {
      for (const name of [...seen.keys()]) {
        if (name !== path && !name.startsWith(`${path}/`)) continue;
        seen.delete(name);
        pending.push({ gone: name });
      }
      for (const name of [...directories]) if (name === path || name.startsWith(`${path}/`)) directories.delete(name);
    },
    syncDirectory: (path) => {
      const isThere = ({ set, gone }: NameChange): boolean =>
        [set, gone].some((name) => name !== undefined && dirname(name) === path);
      for (const change of pending) if (isThere(change)) apply(durable, change);
      pending = pending.filter((change) => !isThere(change));
    },
    isDurable: (path) => {
      const node = seen.get(path);
      return node !== undefined && durable.get(path) === node && node.synced === node.content;
    },
    losePower: (chance) => {
      // File systems keep the order of names: a beginning of what was not synced is there, a rename as a whole or not.
      for (const change of pending.slice(0, chance.below(pending.length + 1))) apply(durable, change);
      pending = [];
      seen.clear();
      for (const [name, node] of durable) seen.set(name, loseBytes(node, chance));
    },
    paths: () => [...seen.keys()],
  };
}

const EMPTY = Buffer.alloc(0);

/** Bytes that somebody has seen are never written again: a file that was cut grows in a room of its own. */
function append(node: Node, bytes: Buffer): void {
  const size = node.content.length;
  const grown = size + bytes.length;
  if (node.used !== size || grown > node.room.length) {
    node.room = Buffer.allocUnsafeSlow(Math.max(1_024, 2 * grown));
    node.content.copy(node.room);
  }
  bytes.copy(node.room, size);
  node.used = grown;
  node.content = node.room.subarray(0, grown);
}

interface NameChange {
  readonly set?: string;
  readonly node?: Node;
  readonly gone?: string;
}

function apply(names: Map<string, Node>, { set, node, gone }: NameChange): void {
  if (gone !== undefined) names.delete(gone);
  if (set !== undefined && node !== undefined) names.set(set, node);
}

/** What was synced is there, unless it was cut: then as a whole or down to the cut; of what came since, a beginning. */
function loseBytes(node: Node, chance: Chance): Node {
  const { content, synced, cut } = node;
  if (content === synced) return node;
  const least = Math.min(cut, synced.length);
  const isCutLost = cut < synced.length && chance.isTrue(0.5);
  node.content = isCutLost ? synced : content.subarray(0, least + chance.below(content.length - least + 1));
  node.synced = node.content;
  node.cut = Infinity;
  return node;
}

function firstWord(name: string, prefix: string): string {
  const end = name.indexOf('/', prefix.length);
  return name.slice(prefix.length, end === -1 ? undefined : end);
}

export function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
