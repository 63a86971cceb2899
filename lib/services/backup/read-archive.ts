// Reads an archive from its first byte to its last: every header, every content, every padding byte is held against the
// manifest, and the manifest against the seal. What differs is named.

import { createHash } from 'node:crypto';
import { oneLine } from '../../base/sanitize.ts';
import {
  MANIFEST_MEMBER,
  type Manifest,
  type ManifestFile,
  memberOf,
  readManifest,
  SEAL_MEMBER,
  sealText,
} from '../../domain/backup/manifest.ts';
import { BLOCK, decodeHeader, encodeHeader, isZero, paddingOf, type TarMember } from '../../domain/backup/tar.ts';
import type { Files, ReadFile } from '../../effects/files.ts';
import type { Gzip } from '../../effects/gzip.ts';
import { hashOf } from './write-archive.ts';

export interface Verified {
  readonly size: number;
  /** Null when it cannot be read; then there is damage, or a newer version wrote it. */
  readonly manifest: Manifest | null;
  /** One sentence for each thing that is not as it was written; reading stops where nothing more can be told. */
  readonly damage: readonly string[];
  /** Whole as far as this version can tell, and of a form that it does not know. */
  readonly isNewer: boolean;
  /** The file has nothing of a backup. */
  readonly isForeign: boolean;
}

export type ReaderParts = { readonly files: Files; readonly gzip: Gzip };

/** Content of a member as it is stored, in pieces; only for those that were asked for. */
export interface Visitor {
  wants(name: string): boolean;
  take(name: string, stored: Uint8Array): Promise<void>;
  /** Takes it piece by piece as it is read, where it is too large to hold. */
  stream?(name: string): ((piece: Uint8Array) => Promise<void>) | null;
}

interface Member extends TarMember {
  readonly sha256: string;
}

const CHUNK_BYTES = 1_048_576;
// A million files of a hundred bytes each; what is larger is no manifest.
const LARGEST_MANIFEST = 536_870_912;

export async function verifyArchive(parts: ReaderParts, path: string): Promise<Verified> {
  const file = await parts.files.openRead(path);
  try {
    return await verifyOpen(parts, file);
  } finally {
    await file.close();
  }
}

/** The content of each file, in the archive's order; throws for one that does not have its hash. */
export async function readContents(
  parts: ReaderParts,
  path: string,
  manifest: Manifest,
  wants: (file: ManifestFile) => boolean,
  take: (file: ManifestFile, content: Uint8Array) => Promise<void>,
  stream: (file: ManifestFile) => ((piece: Uint8Array) => Promise<void>) | null = () => null,
): Promise<void> {
  const wanted = new Map(manifest.files.filter(wants).map((file) => [memberOf(file), file]));
  const file = await parts.files.openRead(path);
  try {
    await scan(file, {
      wants: (name) => wanted.has(name),
      take: async (name, stored) => {
        const entry = wanted.get(name);
        if (entry === undefined) return;
        const content = entry.gzip ? parts.gzip.expand(stored, entry.size) : stored;
        if (hashOf(content) !== entry.sha256) throw new Error(`${entry.path} does not have its hash`);
        await take(entry, content);
      },
      stream: (name) => {
        const entry = wanted.get(name);
        return entry === undefined || entry.gzip ? null : stream(entry);
      },
    });
  } finally {
    await file.close();
  }
}

async function verifyOpen({ gzip }: ReaderParts, file: ReadFile): Promise<Verified> {
  const kept = new Map<string, Uint8Array>();
  const isSmall = (name: string): boolean => name === MANIFEST_MEMBER || name === SEAL_MEMBER;
  const { members, damage } = await scan(file, {
    wants: isSmall,
    take: async (name, stored) => {
      kept.set(name, Buffer.from(stored));
    },
  });
  const nothing = { size: file.size, manifest: null, isNewer: false, isForeign: false };
  const packed = kept.get(MANIFEST_MEMBER);
  if (members.length === 0) return { ...nothing, damage, isForeign: true };
  if (packed === undefined) {
    const isForeign = damage.length === 0;
    return { ...nothing, damage: damage.length > 0 ? damage : ['it has no manifest'], isForeign };
  }
  const read = readPacked(gzip, packed);
  if (!read.ok) {
    if (read.isNewer && damage.length === 0) return { ...nothing, damage: [], isNewer: true };
    return { ...nothing, damage: [...damage, `its manifest ${read.problem}`] };
  }
  const { manifest } = read;
  return {
    ...nothing,
    manifest,
    damage: [...damage, ...differences(manifest, packed, kept.get(SEAL_MEMBER), members)],
  };
}

function readPacked(gzip: Gzip, packed: Uint8Array): ReturnType<typeof readManifest> {
  try {
    return readManifest(Buffer.from(gzip.expand(packed, LARGEST_MANIFEST)).toString('utf8'));
  } catch {
    return { ok: false, problem: 'cannot be unpacked', isNewer: false };
  }
}

function differences(
  manifest: Manifest,
  packed: Uint8Array,
  seal: Uint8Array | undefined,
  members: readonly Member[],
): string[] {
  const found: string[] = [];
  const sealed = sealText(hashOf(packed), manifest.files.length);
  if (seal === undefined) found.push('it has no seal');
  else if (Buffer.from(seal).toString('latin1') !== sealed)
    found.push('its seal and its manifest do not belong together');
  const expected: TarMember[] = [
    ...manifest.files.map((file) => headerOf(manifest, memberOf(file), file.mode, file.stored_size)),
    headerOf(manifest, MANIFEST_MEMBER, 0o600, packed.length),
    headerOf(manifest, SEAL_MEMBER, 0o600, Buffer.byteLength(sealed)),
  ];
  for (const [at, wanted] of expected.entries()) {
    const member = members[at];
    const shown = oneLine(manifest.files[at]?.path ?? wanted.name);
    if (member === undefined) found.push(`${shown} is missing`);
    else if (!encodeHeader(wanted).equals(encodeHeader(member))) found.push(`the header of ${shown} was changed`);
    else if (manifest.files[at] !== undefined && manifest.files[at].stored_sha256 !== member.sha256) {
      found.push(`${shown} was changed`);
    }
  }
  if (members.length > expected.length) found.push(`${members.length - expected.length} files more than its manifest`);
  return found;
}

function headerOf({ created_s }: Manifest, name: string, mode: number, size: number): TarMember {
  return { name, mode, size, modifiedS: created_s };
}

/** Never throws for what the file holds; what a visitor throws goes on. */
async function scan(file: ReadFile, visitor: Visitor): Promise<{ members: Member[]; damage: string[] }> {
  const members: Member[] = [];
  const damage: string[] = [];
  const block = Buffer.alloc(BLOCK);
  const end = (why: string) => ({ members, damage: [...damage, why] });
  for (;;) {
    const place = members.length === 0 ? 'its beginning' : `what follows ${oneLine(members.at(-1)?.name ?? '')}`;
    if ((await fill(file, block)) < BLOCK) return end(`it is cut off: ${place} is missing`);
    if (isZero(block)) break;
    const header = decodeHeader(block);
    if (header === null) return end(`${place} is no header of a file`);
    const shown = oneLine(header.name);
    const content = await readContent(file, header, visitor);
    if (content === null) return end(`it is cut off in ${shown}`);
    members.push({ ...header, sha256: content });
    const padding = block.subarray(0, paddingOf(header.size));
    if ((await fill(file, padding)) < padding.length) return end(`it is cut off after ${shown}`);
    if (!isZero(padding)) damage.push(`the padding of ${shown} was changed`);
  }
  if ((await fill(file, block)) < BLOCK || !isZero(block)) return end('its end was changed or cut off');
  if ((await fill(file, block)) > 0) return end('something was added to its end');
  return { members, damage };
}

/** The hash of the content; null when the file ends in it. */
async function readContent(file: ReadFile, { name, size }: TarMember, visitor: Visitor): Promise<string | null> {
  const hash = createHash('sha256');
  const stream = visitor.stream?.(name) ?? null;
  const isWanted = stream === null && visitor.wants(name);
  const pieces: Buffer[] = [];
  for (let left = size; left > 0; ) {
    const piece = Buffer.allocUnsafe(Math.min(left, CHUNK_BYTES));
    if ((await fill(file, piece)) < piece.length) return null;
    hash.update(piece);
    await stream?.(piece);
    if (isWanted) pieces.push(piece);
    left -= piece.length;
  }
  if (isWanted) await visitor.take(name, Buffer.concat(pieces));
  return hash.digest('hex');
}

async function fill(file: ReadFile, into: Uint8Array): Promise<number> {
  let at = 0;
  while (at < into.length) {
    const count = await file.read(into.subarray(at));
    if (count === 0) break;
    at += count;
  }
  return at;
}
