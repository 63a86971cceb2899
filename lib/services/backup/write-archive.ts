// Writes one archive: a temporary file beside its place, every piece with its hash, the manifest, the seal, one sync, the
// name. Until then nothing of that name exists; a kill leaves a file that ends in `.tmp`.

import { createHash } from 'node:crypto';
import {
  MANIFEST_MEMBER,
  type Manifest,
  type ManifestFile,
  memberOf,
  SEAL_MEMBER,
  sealText,
} from '../../domain/backup/manifest.ts';
import { BLOCK, encodeHeader, LONGEST_NAME, paddingOf } from '../../domain/backup/tar.ts';
import type { Files, ReadFile } from '../../effects/files.ts';
import type { Gzip } from '../../effects/gzip.ts';
import type { Random } from '../../effects/random.ts';

export interface ArchiveWriter {
  /** `path` with its part. What shrinks is compressed. */
  add(path: string, mode: number, content: Uint8Array): Promise<void>;
  /** For files that are too large to hold, as they are. */
  addFile(path: string, mode: number, from: string): Promise<void>;
  readonly files: readonly ManifestFile[];
  /** Durable under its name when it resolves; answers its size. */
  finish(about: Omit<Manifest, 'schema' | 'created_s' | 'files'>): Promise<number>;
  abandon(): Promise<void>;
}

interface WriterParts {
  readonly files: Files;
  readonly gzip: Gzip;
  readonly random: Random;
}

const CHUNK_BYTES = 1_048_576;
const MEMBER_MODE = 0o600;
const NO_SYNC = { durable: false } as const;

export async function openArchive(parts: WriterParts, target: string, createdS: number): Promise<ArchiveWriter> {
  const temporary = `${target}.${parts.random.hex(8)}.tmp`;
  const out = await parts.files.openAppend(temporary, { exclusive: true });
  const entries: ManifestFile[] = [];
  let size = 0;
  const write = async (bytes: Uint8Array): Promise<void> => {
    await out.append(bytes, NO_SYNC);
    size += bytes.length;
  };
  const header = (name: string, mode: number, length: number): Buffer =>
    encodeHeader({ name, mode, size: length, modifiedS: createdS });
  const member = async (name: string, mode: number, bytes: Uint8Array): Promise<void> =>
    write(Buffer.concat([header(name, mode, bytes.length), bytes, Buffer.alloc(paddingOf(bytes.length))]));
  const named = (entry: ManifestFile): ManifestFile =>
    Buffer.byteLength(memberOf(entry)) <= LONGEST_NAME
      ? entry
      : { ...entry, member: `long/${String(entries.length).padStart(6, '0')}` };

  return {
    files: entries,
    add: async (path, mode, content) => {
      const packed = parts.gzip.compress(content);
      const isSmaller = paddedSize(packed) < paddedSize(content);
      const stored = isSmaller ? packed : content;
      const entry = named({
        path,
        mode,
        size: content.length,
        sha256: hashOf(content),
        stored_size: stored.length,
        stored_sha256: hashOf(stored),
        gzip: isSmaller,
      });
      await member(memberOf(entry), mode, stored);
      entries.push(entry);
    },
    addFile: async (path, mode, from) => {
      const source = await parts.files.openRead(from);
      try {
        const plain = { path, mode, size: source.size, stored_size: source.size, gzip: false };
        const entry = named({ ...plain, sha256: '', stored_sha256: '' });
        await write(header(memberOf(entry), mode, source.size));
        const hash = createHash('sha256');
        // What grows meanwhile is cut at the size that was announced.
        const { missing, failure } = await copy(source, async (piece) => {
          hash.update(piece);
          await write(piece);
        });
        await write(Buffer.alloc(paddingOf(source.size)));
        const digest = hash.digest('hex');
        entries.push({ ...entry, sha256: digest, stored_sha256: digest });
        if (missing > 0) throw failure ?? new Error(`${from} became shorter while it was read`);
      } finally {
        await source.close();
      }
    },
    finish: async (about) => {
      const manifest: Manifest = { schema: 'mdops.backup/1', ...about, created_s: createdS, files: entries };
      const text = Buffer.from(`${JSON.stringify(manifest)}\n`);
      const packed = parts.gzip.compress(text);
      await member(MANIFEST_MEMBER, MEMBER_MODE, packed);
      await member(SEAL_MEMBER, MEMBER_MODE, Buffer.from(sealText(hashOf(packed), entries.length)));
      await out.append(Buffer.alloc(2 * BLOCK));
      await out.close();
      await parts.files.rename(temporary, target);
      return size + 2 * BLOCK;
    },
    abandon: async () => {
      await out.close().catch(() => undefined);
      await parts.files.remove(temporary).catch(() => undefined);
    },
  };
}

/** What cannot be read is zeros: the archive stays readable, and the caller is told. */
async function copy(
  source: ReadFile,
  write: (piece: Uint8Array) => Promise<void>,
): Promise<{ readonly missing: number; readonly failure: unknown }> {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let failure: unknown;
  let left = source.size;
  while (left > 0) {
    const count = await source.read(buffer.subarray(0, Math.min(left, buffer.length))).catch((error: unknown) => {
      failure = error;
      return 0;
    });
    if (count === 0) break;
    await write(buffer.subarray(0, count));
    left -= count;
  }
  const missing = left;
  for (; left > 0; left -= Math.min(left, CHUNK_BYTES)) await write(Buffer.alloc(Math.min(left, CHUNK_BYTES)));
  return { missing, failure };
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function paddedSize({ length }: Uint8Array): number {
  return length + paddingOf(length);
}
