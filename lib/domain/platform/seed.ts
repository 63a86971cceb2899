// What the description of a system names, and where each of it is delivered.

import { parseYaml } from '../../base/yaml.ts';
import { type Entry, entriesAt, entryAt, type Notes, note, optionalText, wantText } from './entry.ts';
import type { Mistake } from './platform.ts';

export const SEED_KINDS = [
  'alert',
  'recording',
  'slo',
  'dashboard',
  'panel',
  'route',
  'inhibition',
  'scrape',
  'metric',
] as const;
export type SeedKind = (typeof SEED_KINDS)[number];

export interface SeedItem {
  readonly kind: SeedKind;
  readonly name: string;
  readonly section: string;
  /** Of a panel. */
  readonly dashboard: string;
  /** The name it has here. */
  readonly delivered: string;
  /** Why it is not as described; empty when it is. */
  readonly different: string;
  readonly line: number;
}

export interface Seed {
  readonly file: string;
  readonly seed: string;
  readonly items: readonly SeedItem[];
  readonly mistakes: readonly Mistake[];
}

export async function readSeed(file: string, text: string): Promise<Seed> {
  const parsed = await parseYaml(text);
  const notes: Notes = {
    lines: parsed.lines,
    mistakes: parsed.problems.map(({ line, path, message }) => ({ line, message: `${path} ${message}`.trim() })),
  };
  const root = entryAt(parsed.value, '', notes, ['seed', 'items']);
  const seed = wantText(root, 'seed');
  const items = entriesAt(root, 'items', ['kind', 'name', 'section', 'dashboard', 'delivered', 'different']).map(
    readItem,
  );
  return { file, seed, items, mistakes: notes.mistakes };
}

function readItem(entry: Entry): SeedItem {
  const text = wantText(entry, 'kind');
  const kind = SEED_KINDS.find((known) => known === text);
  if (kind === undefined) note(entry, 'kind', `"${text}" is none of ${SEED_KINDS.join(', ')}`);
  const name = wantText(entry, 'name');
  const dashboard = optionalText(entry, 'dashboard') ?? '';
  if (kind === 'panel' && dashboard === '') note(entry, 'dashboard', 'is missing: whose panel is it?');
  return {
    kind: kind ?? 'alert',
    name,
    section: wantText(entry, 'section'),
    dashboard,
    delivered: optionalText(entry, 'delivered') ?? name,
    different: optionalText(entry, 'different') ?? '',
    line: entry.notes.lines.get(`${entry.path}.name`) ?? 1,
  };
}
