// Parsed config files, kept so that an unchanged text never loads the YAML parser, which costs more than a bare start.

import { join } from 'node:path';
import { isRecord, own } from '../../base/json.ts';
import type { YamlText } from '../../base/yaml.ts';
import type { Files } from '../../effects/files.ts';

export interface ParseCache {
  find(file: string, text: string): Promise<YamlText | undefined>;
  keep(file: string, text: string, parsed: YamlText): Promise<void>;
}

const FORMAT = 'mdops.config-cache/1';
const OTHERS_MAY_WRITE = 0o022;

/** A cache that cannot be read, is not ours, or is not about this very text, does not exist. */
export function createParseCache(files: Files, directory: string): ParseCache {
  return {
    find: async (file, text) => {
      const path = join(directory, entryName(file));
      try {
        if (!(await isTrusted(files, directory, 'directory')) || !(await isTrusted(files, path, 'file')))
          return undefined;
        return parseEntry(await files.readText(path), text);
      } catch {
        return undefined;
      }
    },
    keep: async (file, text, parsed) => {
      const entry = { format: FORMAT, value: parsed.value, lines: [...parsed.lines], text };
      try {
        await files.makeDirectory(directory);
        if (!(await isTrusted(files, directory, 'directory'))) return;
        await files.replace(join(directory, entryName(file)), JSON.stringify(entry), { durable: false });
      } catch {
        // Only speed is lost.
      }
    },
  };
}

async function isTrusted(files: Files, path: string, kind: 'file' | 'directory'): Promise<boolean> {
  const info = await files.info(path);
  return info !== null && info.kind === kind && info.isOurs && (info.mode & OTHERS_MAY_WRITE) === 0;
}

function parseEntry(content: string, text: string): YamlText | undefined {
  const entry: unknown = JSON.parse(content);
  if (!isRecord(entry) || own(entry, 'format') !== FORMAT || own(entry, 'text') !== text) return undefined;
  const lines = own(entry, 'lines');
  if (!Array.isArray(lines)) return undefined;
  return { value: own(entry, 'value'), lines: new Map(lines as [string, number][]), problems: [] };
}

function entryName(file: string): string {
  return `config-${file.replace(/[^A-Za-z0-9]+/g, '_').slice(-120)}.json`;
}
