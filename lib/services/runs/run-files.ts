// Where runs lie on disk: one folder per stream (target, or command), one file per run, `.open` until it has ended.

import { fileName } from '../state/documents.ts';

export interface RunFile {
  readonly stream: string;
  readonly order: number;
  readonly runId: string;
  readonly isOpen: boolean;
  readonly name: string;
}

const PATTERN = /^(\d{6,})-([0-9a-z-]+)\.ndjson(\.open)?$/;

export function parseRunFile(stream: string, name: string): RunFile | null {
  const found = PATTERN.exec(name);
  if (found === null) return null;
  return { stream, order: Number(found[1]), runId: found[2]!, isOpen: found[3] !== undefined, name };
}

export function openName(order: number, runId: string): string {
  return `${String(order).padStart(6, '0')}-${runId}.ndjson.open`;
}

export function closedName(name: string): string {
  return name.replace(/\.open$/, '');
}

export function streamFolder(journalDirectory: string, stream: string): string {
  return `${journalDirectory}/${fileName(stream)}`;
}
