// Whether one file of the state directory is whole, by what kind of file it is.

import { isRecord, parseJson } from '../../base/json.ts';
import type { Judged } from '../../domain/backup/plan-restore.ts';
import { readJournal } from '../journal/read-journal.ts';
import { parseDocument } from '../state/documents.ts';

export function judgeFile(path: string, content: Uint8Array): Judged {
  if (path.startsWith('journal/')) {
    const { records, damage } = readJournal(content);
    // One without a whole record was never acknowledged; one that is damaged ends where the damage is.
    return { path, isWhole: damage.length === 0 && records.length > 0, records: records.length };
  }
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8');
  if (path.startsWith('state/')) return { path, isWhole: parseDocument(text).ok };
  return { path, isWhole: path.endsWith('.json') ? isJsonRecord(text) : content.length > 0 };
}

function isJsonRecord(text: string): boolean {
  try {
    return isRecord(parseJson(text));
  } catch {
    return false;
  }
}
