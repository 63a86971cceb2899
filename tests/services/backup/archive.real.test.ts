// An archive tells of every bit that is not as it was written, and of every byte that is missing.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Files } from '../../../lib/effects/files.ts';
import { createGzip } from '../../../lib/effects/gzip.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { createRandom } from '../../../lib/effects/real-random.ts';
import { readContents, type Verified, verifyArchive } from '../../../lib/services/backup/read-archive.ts';
import { openArchive } from '../../../lib/services/backup/write-archive.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const directory = temporaryDirectories('archive');
const parts = { files: createFiles(), gzip: createGzip(), random: createRandom() };
const ABOUT = {
  run_id: '20260105-100000-abcdef01',
  created_at: '2026-01-05T10:00:00+08:00',
  version: '0.1.0',
  host: 'a',
  profile: 'sim',
  operator: 'tester',
  state_dir: '/state',
  remarks: [],
};
const LONG = `state/journal/${'j'.repeat(120)}/000001-x.ndjson`;
const CONTENTS: Readonly<Record<string, string>> = {
  'state/journal/primary/000001-x.ndjson': '{"kind":"run_started"}\n'.repeat(40),
  'state/state/governor/state/primary.json': '{"format":1}',
  'state/empty.json': '',
  [LONG]: 'a long name',
  'config/mdops.yaml': 'timezone: UTC\n',
};

async function write(): Promise<string> {
  const path = join(directory(), 'mdops-backup-a.tar');
  const writer = await openArchive(parts, path, 1_767_578_400);
  for (const [name, text] of Object.entries(CONTENTS)) await writer.add(name, 0o600, Buffer.from(text));
  await writer.finish(ABOUT);
  return path;
}

/** Reads these bytes, whatever is asked for. */
function heldIn(bytes: Uint8Array): Files {
  return {
    ...parts.files,
    openRead: async () => {
      let at = 0;
      return {
        size: bytes.length,
        read: async (into) => {
          const piece = bytes.subarray(at, at + into.length);
          into.set(piece);
          at += piece.length;
          return piece.length;
        },
        close: async () => {},
      };
    },
  };
}

function verify(bytes: Uint8Array): Promise<Verified> {
  return verifyArchive({ ...parts, files: heldIn(bytes) }, '/held');
}

describe('an archive', () => {
  test('is read back as it was written', async () => {
    const path = await write();
    const { manifest, damage } = await verifyArchive(parts, path);
    expect(damage).toEqual([]);
    expect(manifest).toMatchObject({
      ...ABOUT,
      files: Object.keys(CONTENTS).map((name) => ({ path: name, mode: 0o600 })),
    });
    const read: Record<string, string> = {};
    await readContents(
      parts,
      path,
      manifest!,
      () => true,
      async (file, content) => {
        read[file.path] = Buffer.from(content).toString();
      },
    );
    expect(read).toEqual(CONTENTS);
  });

  test('with a bit changed anywhere says what was changed', async () => {
    const bytes = readFileSync(await write());
    const named = new Set<string>();
    // Each byte once, each of its bits in turn: every bit of the file in eight runs of any eight bytes that are alike.
    for (let at = 0; at < bytes.length; at += 1) {
      const bit = 1 << (at % 8);
      bytes[at] = (bytes[at] ?? 0) ^ bit;
      const { damage } = await verify(bytes);
      bytes[at] = (bytes[at] ?? 0) ^ bit;
      expect(damage.length, `byte ${at}, bit ${bit}`).toBeGreaterThan(0);
      for (const sentence of damage) named.add(sentence);
    }
    expect((await verify(bytes)).damage).toEqual([]);
    const all = [...named].join('\n');
    for (const name of Object.keys(CONTENTS)) if (CONTENTS[name] !== '') expect(all).toContain(`${name} was changed`);
    for (const said of [
      'its seal and its manifest do not belong together',
      'its manifest cannot be unpacked',
      'its end was changed',
      'the padding of config/mdops.yaml was changed',
      'its beginning is no header',
      'what follows state/empty.json is no header',
    ]) {
      expect(all).toContain(said);
    }
  });

  test('cut off anywhere, or with something behind its end, is not whole', async () => {
    const bytes = readFileSync(await write());
    for (let length = 0; length < bytes.length; length += length % 512 < 3 || length % 512 > 508 ? 1 : 97) {
      const { damage, isForeign } = await verify(bytes.subarray(0, length));
      expect(damage.length > 0 || isForeign, `${length} bytes`).toBe(true);
    }
    expect((await verify(Buffer.concat([bytes, Buffer.from([0])]))).damage).toEqual(['something was added to its end']);
  });

  test('of somebody else, or of a later form, is told apart from a damaged one', async () => {
    const path = join(directory(), 'x');
    writeFileSync(path, 'hello\n');
    expect(await verifyArchive(parts, path)).toMatchObject({ isForeign: true, manifest: null });
    const { execFileSync } = await import('node:child_process');
    const other = directory();
    writeFileSync(join(other, 'a'), 'a');
    execFileSync('tar', ['--format=ustar', '-cf', join(other, 'o.tar'), '-C', other, 'a']);
    const found = await verifyArchive(parts, join(other, 'o.tar'));
    expect(found.manifest).toBeNull();
    expect(found.damage.length > 0 || found.isForeign).toBe(true);
  });

  test('is an ordinary tar: everything can be had without mdops', async () => {
    const { execFileSync } = await import('node:child_process');
    const path = await write();
    const into = directory();
    execFileSync('tar', ['-xf', path, '-C', into]);
    execFileSync('gunzip', ['-r', into]);
    expect(readFileSync(join(into, 'state/journal/primary/000001-x.ndjson'), 'utf8')).toBe(
      CONTENTS['state/journal/primary/000001-x.ndjson'],
    );
    const manifest = JSON.parse(readFileSync(join(into, 'manifest.json'), 'utf8')) as {
      files: { path: string; member?: string }[];
    };
    const long = manifest.files.find(({ path: name }) => name === LONG)?.member ?? '';
    expect(readFileSync(join(into, long), 'utf8')).toBe('a long name');
  });

  test('in which a file could not be read to its end is whole, and its maker is told', async () => {
    const path = join(directory(), 'mdops-backup-a.tar');
    const shrinking: Files = {
      ...parts.files,
      openRead: async () => ({ size: 2_000, read: async () => 0, close: async () => {} }),
    };
    const writer = await openArchive({ ...parts, files: shrinking }, path, 1);
    await expect(writer.addFile('tsdb/chunk', 0o600, '/gone')).rejects.toThrow(/became shorter/);
    await writer.add('state/x.json', 0o600, Buffer.from('{}'));
    await writer.finish(ABOUT);
    expect((await verifyArchive(parts, path)).damage).toEqual([]);
  });

  test('is not there before it is whole, and large files are streamed', async () => {
    const room = directory();
    const path = join(room, 'mdops-backup-a.tar');
    mkdirSync(join(room, 'tsdb'));
    writeFileSync(join(room, 'tsdb/chunk'), Buffer.alloc(3_000_001, 7));
    const writer = await openArchive(parts, path, 1);
    await writer.addFile('tsdb/chunk', 0o600, join(room, 'tsdb/chunk'));
    expect(await parts.files.list(room)).toEqual([
      expect.stringMatching(/^mdops-backup-a\.tar\.[0-9a-f]+\.tmp$/),
      'tsdb',
    ]);
    await writer.finish(ABOUT);
    expect(await parts.files.list(room)).toEqual(['mdops-backup-a.tar', 'tsdb']);
    expect((await verifyArchive(parts, path)).damage).toEqual([]);
    const read: Buffer[] = [];
    const { manifest } = await verifyArchive(parts, path);
    const piece = async (bytes: Uint8Array): Promise<void> => void read.push(Buffer.from(bytes));
    await readContents(
      parts,
      path,
      manifest!,
      () => true,
      async () => {},
      () => piece,
    );
    expect(Buffer.concat(read).equals(readFileSync(join(room, 'tsdb/chunk')))).toBe(true);
    const abandoned = await openArchive(parts, join(room, 'b.tar'), 1);
    await abandoned.add('state/x', 0o600, Buffer.from('x'));
    await abandoned.abandon();
    expect(await parts.files.list(room)).toEqual(['mdops-backup-a.tar', 'tsdb']);
  });
});
