// What a stream remembers of the runs that were removed: enough to prove that what is left follows them.

import { isRecord, type Json } from '../../base/json.ts';
import type { Files } from '../../effects/files.ts';
import { createDocuments } from '../state/documents.ts';
import { streamFolder } from './run-files.ts';

export interface RemovedLink {
  readonly run: string;
  readonly order: number;
  /** Of its record that a run which is still there begins after. */
  readonly hash: string;
}

export interface RemovedRuns {
  readonly runs: number;
  readonly records: number;
  /** The newest that was removed, and the run that did it. */
  readonly last: string;
  readonly by: string;
  readonly links: readonly RemovedLink[];
  /** Files that are on their way out: already counted, perhaps still there after a kill. */
  readonly leaving: readonly string[];
}

const NAME = 'removed';

/** Null when nothing was ever removed. Throws `state unreadable` when the record is damaged. */
export async function readRemovedRuns(files: Files, directory: string, stream: string): Promise<RemovedRuns | null> {
  const data = await createDocuments(files, streamFolder(directory, stream)).read(NAME);
  return isRecord(data) ? (data as unknown as RemovedRuns) : null;
}

/** Durable when it resolves, and with it every removal in this folder before it. */
export function writeRemovedRuns(files: Files, directory: string, stream: string, removed: RemovedRuns): Promise<void> {
  return createDocuments(files, streamFolder(directory, stream)).write(NAME, removed as unknown as Json);
}
