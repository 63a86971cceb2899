// Why the file system refused, in words, and what a person can do about it.

import { describeError, systemCode } from './fault.ts';

export interface FileTrouble {
  readonly reason: string;
  readonly hint: string;
}

const PERMISSION: FileTrouble = {
  reason: 'permission denied',
  hint: 'run as the user that owns it, or name another place (MDOPS_STATE_DIR, --log-dir)',
};

const TROUBLES: Readonly<Record<string, FileTrouble>> = {
  ENOSPC: { reason: 'no space left on the disk', hint: 'free or repair the disk' },
  EDQUOT: { reason: 'disk quota used up', hint: 'free or repair the disk' },
  EROFS: {
    reason: 'the file system is read-only',
    hint: 'free or repair the disk, or name another place (MDOPS_STATE_DIR)',
  },
  EIO: { reason: 'the disk reports an input/output error', hint: 'free or repair the disk' },
  EACCES: PERMISSION,
  EPERM: PERMISSION,
  ELOOP: { reason: 'there is a symbolic link in its place', hint: 'look who put it there; remove it' },
  ENOTDIR: {
    reason: 'a part of its path is a file, not a directory',
    hint: 'name another place (MDOPS_STATE_DIR, --log-dir)',
  },
  EISDIR: { reason: 'it is a directory', hint: 'name a file' },
  ENAMETOOLONG: { reason: 'its name is too long', hint: 'give it a shorter name' },
  EMFILE: { reason: 'too many files are open', hint: 'raise the limit of open files (ulimit -n)' },
  ENFILE: { reason: 'too many files are open on this host', hint: 'find what holds them open' },
};

export function describeFileTrouble(error: unknown): FileTrouble {
  return knownFileTrouble(error) ?? { reason: describeError(error), hint: 'free or repair the disk' };
}

/** Undefined for errors that do not speak of files. */
export function knownFileTrouble(error: unknown): FileTrouble | undefined {
  const code = systemCode(error);
  return code === undefined ? undefined : TROUBLES[code];
}
