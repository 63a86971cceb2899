// Parsed config files, kept so that an unchanged text never loads the YAML parser, which costs more than a bare start.

import { isRecord, own } from '../../base/json.ts';
import type { YamlText } from '../../base/yaml.ts';
import type { Files } from '../../effects/files.ts';
import { trustedFiles } from './trusted-files.ts';

export interface ParseCache {
  find(file: string, text: string): Promise<YamlText | undefined>;
  keep(file: string, text: string, parsed: YamlText): Promise<void>;
}

const FORMAT = 'mdops.config-cache/1';

/** A cache that cannot be read, is not ours, or is not about this very text, does not exist. */
export function createParseCache(files: Files, directory: string): ParseCache {
  const kept = trustedFiles(files, directory);
  return {
    find: async (file, text) => {
      try {
        const content = await kept.read(entryName(file));
        return content === undefined ? undefined : parseEntry(content, text);
      } catch {
        return undefined;
      }
    },
    keep: async (file, text, parsed) => {
      const entry = { format: FORMAT, value: parsed.value, lines: [...parsed.lines], text };
      await kept.write(entryName(file), JSON.stringify(entry));
    },
  };
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
