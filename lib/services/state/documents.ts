// State documents: small JSON files that are replaced whole and durably, and never silently forgotten.

import { crc32 } from '../../base/crc32.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault, systemCode } from '../../base/fault.ts';
import { describeFileTrouble } from '../../base/file-trouble.ts';
import { isRecord, type Json, parseJson } from '../../base/json.ts';
import type { Files } from '../../effects/files.ts';

export interface Documents {
  /** The document's data, or null when there is none yet. Throws when it is damaged, foreign or from a newer mdops. */
  read(name: string): Promise<Json | null>;
  /** `durable: false` for what may be forgotten in a power cut, never torn. */
  write(name: string, data: Json, options?: { readonly durable?: boolean }): Promise<void>;
  remove(name: string): Promise<void>;
  /** Names below a folder (`incidents`), without their ending. */
  list(folder: string): Promise<string[]>;
  /** Names of the folders below a folder. */
  folders(folder: string): Promise<string[]>;
  /** As `list`, however deep: a target may have slashes. */
  listBelow(folder: string): Promise<string[]>;
}

const FORMAT = 1;

/** Names are paths of words (`governor/primary`); anything else in them is escaped. */
export function createDocuments(files: Files, directory: string): Documents {
  const made = new Set<string>();
  const folderOf = (name: string): string => `${directory}/${name.split('/').map(fileName).join('/')}`;
  const pathOf = (name: string): string => `${folderOf(name)}.json`;
  const look = async (folder: string): Promise<{ documents: string[]; folders: string[] }> => {
    const names = await files.list(folderOf(folder));
    return {
      documents: names.filter((name) => name.endsWith('.json')).flatMap((name) => wordOf(name.slice(0, -5))),
      folders: names.filter((name) => !/\.(json|tmp)$/.test(name)).flatMap(wordOf),
    };
  };
  const listBelow = async (folder: string): Promise<string[]> => {
    const { documents, folders } = await look(folder);
    for (const inner of folders) {
      const below = `${folder}/${inner}`;
      if ((await files.info(folderOf(below)))?.kind !== 'directory') continue;
      documents.push(...(await listBelow(below)).map((name) => `${inner}/${name}`));
    }
    return documents;
  };
  return {
    read: (name) => read(files, pathOf(name), name),
    write: async (name, data, options) => {
      const path = pathOf(name);
      const folder = path.slice(0, path.lastIndexOf('/'));
      try {
        if (!made.has(folder)) {
          await files.makeDirectory(folder);
          made.add(folder);
        }
        await files.replace(path, documentText(data), options);
      } catch (error) {
        throw notWritten(`Cannot write state "${name}" to "${path}"`, error);
      }
    },
    remove: async (name) => {
      try {
        await files.remove(pathOf(name));
      } catch (error) {
        throw notWritten(`Cannot remove state "${name}" from "${pathOf(name)}"`, error);
      }
    },
    list: async (folder) => (await look(folder)).documents,
    folders: async (folder) => (await look(folder)).folders,
    listBelow,
  };
}

function notWritten(what: string, cause: unknown): Fault {
  const { reason, hint } = describeFileTrouble(cause);
  return new Fault('state write failed', `${what}: ${reason}`, {
    exit: EXIT.stateNotWritten,
    hint: `${hint}, then run the command again`,
    cause,
  });
}

const LONGEST = 200;
// Leaves room for what tells long words of one beginning apart.
const LONGEST_BEGINNING = 180;

/** A name that is safe as one file name: no separators, no dots in front, bounded, another for every word. */
export function fileName(word: string): string {
  const whole = escaped(word);
  if (whole.length <= LONGEST) return whole;
  let beginning = '';
  for (const character of word) {
    if (escaped(beginning + character).length > LONGEST_BEGINNING) break;
    beginning += character;
  }
  return `${escaped(beginning)}~${crc32(word)}`;
}

function escaped(word: string): string {
  return encodeURIComponent(word).replace(/^\./, '%2E').replaceAll('*', '%2A');
}

/** The word that has this file name, or a shorter one that has it too; none where a stranger named the file. */
function wordOf(name: string): string[] {
  try {
    return [decodeURIComponent(name)];
  } catch {
    return [];
  }
}

async function read(files: Files, path: string, name: string): Promise<Json | null> {
  let text: string;
  try {
    text = await files.readText(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw damaged(path, name, describeFileTrouble(error).reason, error);
  }
  const found = parseDocument(text);
  if (!found.ok) throw damaged(path, name, found.reason);
  return found.data;
}

export type ParsedDocument =
  | { readonly ok: true; readonly data: Json }
  | { readonly ok: false; readonly reason: string };

/** The data of a document's text, or why it is none. */
export function parseDocument(text: string): ParsedDocument {
  const split = /^\{"format":(\d+),"crc":"([0-9a-f]{8})","data":/.exec(text);
  if (split === null) return { ok: false, reason: 'it is not a state document' };
  if (Number(split[1]) > FORMAT) return { ok: false, reason: 'it was written by a newer mdops' };
  const data = text.slice(split[0].length).trimEnd().slice(0, -1);
  if (crc32(data) !== split[2]) return { ok: false, reason: 'its checksum does not match' };
  return { ok: true, data: parseJson(data) as Json };
}

export function documentText(data: Json): string {
  const text = JSON.stringify(data);
  return `{"format":${FORMAT},"crc":"${crc32(text)}","data":${text}}\n`;
}

function damaged(path: string, name: string, reason: string, cause?: unknown): Fault {
  return new Fault('state unreadable', `Cannot read state "${name}" from "${path}": ${reason}`, {
    exit: EXIT.stateNotWritten,
    hint: 'restore it from a backup (mdops backup restore), or move it away to start afresh',
    cause,
  });
}

export function asRecord(value: Json | null): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
