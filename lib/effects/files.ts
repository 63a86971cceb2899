// Files: two write patterns only. Append one line and sync it, or replace a whole file by rename.

export interface FileInfo {
  readonly size: number;
  readonly modifiedMs: number;
  readonly kind: 'file' | 'directory' | 'other';
  /** Permission bits. */
  readonly mode: number;
  /** Belongs to the user this process runs as. */
  readonly isOurs: boolean;
  /** Tells one file system from another, where that is known. */
  readonly device?: number;
}

export interface AppendFile {
  /** Appends and, unless told otherwise, makes it durable before resolving. A failed sync is never retried: it throws. */
  append(content: string | Uint8Array, options?: { readonly durable?: boolean }): Promise<void>;
  /** Cuts the file to `size` bytes (a torn tail) and makes that durable. */
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

export interface ReadFile {
  readonly size: number;
  /** Fills the beginning of `into` and says how far; 0 at the end. */
  read(into: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** Every method throws the system's error (`ENOENT`, `ENOSPC` …); callers classify. Paths are absolute. */
export interface Files {
  readText(path: string): Promise<string>;
  readBytes(path: string): Promise<Uint8Array>;
  /** For files that are too large to hold. */
  openRead(path: string): Promise<ReadFile>;
  /** Opens for appending; refuses symlinks and anything that is no regular file. `exclusive` fails with EEXIST when present. */
  openAppend(
    path: string,
    options?: {
      readonly exclusive?: boolean;
      /** With the first durable append the name survives a power cut too: without it whole files of synced lines can be gone. Default false. */
      readonly durable?: boolean;
    },
  ): Promise<AppendFile>;
  /** Temp file, fsync, rename, fsync of the directory: after it resolves the new content survives a power cut. */
  replace(
    path: string,
    content: string | Uint8Array,
    options?: { readonly durable?: boolean; readonly mode?: number },
  ): Promise<void>;
  /** Names in a directory, sorted; an absent directory is an empty one. */
  list(path: string): Promise<string[]>;
  /** Of the link itself unless `follow`, then of what it points to; null when absent. */
  info(path: string, options?: { readonly follow?: boolean }): Promise<FileInfo | null>;
  /** Creates the directory and its parents, private to the user (0700). */
  makeDirectory(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Renames within a directory. Durable, unless told otherwise. */
  rename(from: string, to: string, options?: { readonly durable?: boolean }): Promise<void>;
}
