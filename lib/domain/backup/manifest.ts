// What a backup says about itself: where and when it was made, by which mdops, and every file in it with its hash.

import { isRecord, parseJson } from '../../base/json.ts';

export const BACKUP_SCHEMA = 'mdops.backup/1';
export const MANIFEST_MEMBER = 'manifest.json.gz';
export const SEAL_MEMBER = 'seal.json';

/** `state` is put back by a restore; the others are laid out for a person. */
export const PARTS = ['state', 'config', 'dashboards', 'tsdb'] as const;
export type Part = (typeof PARTS)[number];

export interface ManifestFile {
  /** `state/journal/primary/000001-….ndjson`: the part, then the path in it. */
  readonly path: string;
  /** Its name in the archive, where that differs. */
  readonly member?: string;
  readonly mode: number;
  readonly size: number;
  readonly sha256: string;
  /** As it lies in the archive. */
  readonly stored_size: number;
  readonly stored_sha256: string;
  readonly gzip: boolean;
}

export interface Manifest {
  readonly schema: typeof BACKUP_SCHEMA;
  /** Of the run that made it: a journal that knows this run is the one that was backed up, or a later state of it. */
  readonly run_id: string;
  readonly created_at: string;
  readonly created_s: number;
  readonly version: string;
  readonly host: string;
  readonly profile: string;
  readonly operator: string;
  readonly state_dir: string;
  /** Why a part is not in it, or what is not of it. */
  readonly remarks: readonly string[];
  readonly files: readonly ManifestFile[];
}

export type ReadManifest =
  | { readonly ok: true; readonly manifest: Manifest }
  /** `newer`: whole, and written by a version that this one does not understand. */
  | { readonly ok: false; readonly problem: string; readonly isNewer: boolean };

export function memberOf({ path, member, gzip }: ManifestFile): string {
  return member ?? (gzip ? `${path}.gz` : path);
}

export function sealText(manifestSha256: string, files: number): string {
  return `${JSON.stringify({ schema: BACKUP_SCHEMA, files, manifest_sha256: manifestSha256 })}\n`;
}

export function readManifest(text: string): ReadManifest {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return { ok: false, problem: 'is not JSON', isNewer: false };
  }
  if (!isRecord(value) || typeof value['schema'] !== 'string' || !value['schema'].startsWith('mdops.backup/')) {
    return { ok: false, problem: 'is not one of mdops', isNewer: false };
  }
  if (value['schema'] !== BACKUP_SCHEMA)
    return { ok: false, problem: `has the form ${value['schema']}`, isNewer: true };
  const texts = ['run_id', 'created_at', 'version', 'host', 'profile', 'operator', 'state_dir'];
  const isWhole =
    texts.every((key) => typeof value[key] === 'string') &&
    isCount(value['created_s']) &&
    Array.isArray(value['remarks']) &&
    Array.isArray(value['files']) &&
    value['files'].every(isFile);
  if (!isWhole) return { ok: false, problem: 'lacks what every manifest has', isNewer: false };
  return { ok: true, manifest: value as unknown as Manifest };
}

/** Positive when `left` is the newer one. Only the numbers count. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [left, right].map((text) => text.split(/[^0-9]+/).map(Number));
  for (let at = 0; at < 3; at += 1) {
    const difference = (a?.[at] ?? 0) - (b?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The part and the path in it; null for a path that would leave its part. */
export function splitPath(path: string): { readonly part: Part; readonly rest: string } | null {
  const at = path.indexOf('/');
  const part = PARTS.find((name) => name === path.slice(0, at));
  const rest = path.slice(at + 1);
  const isSafe = rest !== '' && !rest.startsWith('/') && !rest.includes('\u0000');
  const goesUp = rest.split('/').some((segment) => segment === '' || segment === '.' || segment === '..');
  return part === undefined || !isSafe || goesUp ? null : { part, rest };
}

function isFile(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { path, member, mode, size, sha256, stored_size, stored_sha256, gzip } = value;
  return (
    typeof path === 'string' &&
    splitPath(path) !== null &&
    (member === undefined || typeof member === 'string') &&
    [mode, size, stored_size].every(isCount) &&
    [sha256, stored_sha256].every((hash) => typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash)) &&
    typeof gzip === 'boolean'
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
