// Backups of a dry run: everything is read and judged as ever; what would be written is counted, and nothing is moved.

import { type Manifest, type ManifestFile, splitPath } from '../../domain/backup/manifest.ts';
import type { Files } from '../../effects/files.ts';
import type { BackupFile, Backups } from './backups.ts';
import type { ArchiveWriter } from './write-archive.ts';

interface Planned {
  readonly file: BackupFile;
  readonly manifest: Manifest;
}

/** The archive that would be written is there for whoever looks at all of them, `prune` above all. */
export function planBackups(backups: Backups, files: Files): Backups {
  const planned: Planned[] = [];
  return {
    ...backups,
    list: async () => [...planned.map(({ file }) => file), ...(await backups.list())],
    verify: async (path) => {
      const found = planned.find(({ file }) => file.path === path);
      if (found === undefined) return backups.verify(path);
      const { file, manifest } = found;
      return { size: file.size, manifest, damage: [], isNewer: false, isForeign: false };
    },
    open: async (createdS) => {
      const path = backups.place();
      const name = path.slice(path.lastIndexOf('/') + 1);
      const keep = (size: number, manifest: Manifest): void => {
        planned.push({ file: { name, path, size, modifiedMs: createdS * 1_000 }, manifest });
      };
      return { path, writer: countingWriter(files, createdS, keep) };
    },
    restore: (path, manifest) => backups.lookAt(path, manifest),
    settle: async ({ phase }) => (phase === 'moving' ? 'finished' : 'undone'),
    layOut: async (_path, { files: members }, parts, directory) => {
      await backups.refuseFilled(directory);
      return members.filter((file) => parts.includes(splitPath(file.path)?.part ?? 'state')).length;
    },
  };
}

/** Takes files as they are: nothing is packed, so its size is what would be read. */
function countingWriter(
  files: Files,
  createdS: number,
  keep: (size: number, manifest: Manifest) => void,
): ArchiveWriter {
  const entries: ManifestFile[] = [];
  const count = (path: string, mode: number, size: number): void => {
    entries.push({ path, mode, size, sha256: '', stored_size: size, stored_sha256: '', gzip: false });
  };
  return {
    files: entries,
    add: async (path, mode, content) => count(path, mode, content.length),
    addFile: async (path, mode, from) => count(path, mode, (await files.info(from))?.size ?? 0),
    finish: async (about) => {
      const size = entries.reduce((sum, entry) => sum + entry.size, 0);
      keep(size, { schema: 'mdops.backup/1', ...about, created_s: createdS, files: entries });
      return size;
    },
    abandon: async () => {},
  };
}
