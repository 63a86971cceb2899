// Judges a set of source files against the house's arrows and habits. Works on texts, so that a test can plant mistakes.

import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path/posix';
import { findCycles } from './cycles.ts';
import { MAY_IMPORT, PACKAGE_HOMES, PURE_NODE, type Room, TOUCHES_WORLD, WORLD_WORDS } from './floors.ts';
import { findImports, type Import } from './imports.ts';
import { blank } from './source-text.ts';

/** Path inside the project → text. */
export type Sources = ReadonlyMap<string, string>;

const ROOMS = Object.keys(MAY_IMPORT) as Room[];

/** Sentences, one for each violation. */
export function findViolations(sources: Sources): string[] {
  const imports = new Map([...sources].map(([path, text]) => [path, findImports(text)]));
  return [
    ...[...imports].flatMap(([path, found]) => found.flatMap((one) => judgeImport(path, one))),
    ...judgePackages(imports),
    ...judgeCycles(imports),
    ...[...sources].flatMap(([path, text]) => judgeWorld(path, text)),
  ].sort();
}

function judgeImport(path: string, found: Import): string[] {
  const at = `${path}:${found.line}`;
  if (found.specifier.startsWith('.')) return judgeArrow(path, found, at);
  if (isBuiltin(found.specifier)) return judgeBuiltin(path, found, at);
  const name = packageName(found.specifier);
  const home = Object.hasOwn(PACKAGE_HOMES, name) ? PACKAGE_HOMES[name] : undefined;
  if (home === undefined) return [`${at} imports ${name}, which has no home in the table of packages`];
  return path.startsWith(home) ? [] : [`${at} imports ${name}, whose home is ${home}`];
}

function judgeArrow(path: string, found: Import, at: string): string[] {
  const target = resolve(path, found.specifier);
  if (!/\.(?:ts|json)$/.test(target)) return [`${at} imports ${found.specifier} without its extension`];
  const from = roomOf(path);
  const to = roomOf(target);
  if (from === undefined || from === to) return [];
  if (to === undefined) return [`${at} imports ${target}, which lies in no room`];
  const arrow = (MAY_IMPORT[from] as Partial<Record<Room, 'all' | 'types'>>)[to];
  if (arrow === undefined) return [`${at} imports ${target}: ${from} may not import ${to}`];
  if (arrow === 'types' && !found.isType) return [`${at} imports ${target}: ${from} may import only types of ${to}`];
  return [];
}

function judgeBuiltin(path: string, found: Import, at: string): string[] {
  if (!found.specifier.startsWith('node:')) return [`${at} imports ${found.specifier} without "node:"`];
  if (found.isType || touchesWorld(path)) return [];
  const pure = PURE_NODE[found.specifier];
  if (pure === undefined) return [`${at} imports ${found.specifier}: I/O belongs in lib/effects`];
  if (pure === 'all') return [];
  const impure = found.names.length === 0 ? ['everything'] : found.names.filter((name) => !pure.includes(name));
  return impure.map((name) => `${at} imports ${name} of ${found.specifier}: I/O belongs in lib/effects`);
}

function judgePackages(imports: ReadonlyMap<string, Import[]>): string[] {
  const importers = new Map<string, Set<string>>();
  for (const [path, found] of imports) {
    for (const { specifier } of found) {
      if (specifier.startsWith('.') || isBuiltin(specifier)) continue;
      const name = packageName(specifier);
      importers.set(name, (importers.get(name) ?? new Set()).add(path));
    }
  }
  return [...importers]
    .filter(([, paths]) => paths.size > 1)
    .map(([name, paths]) => `${name} has ${paths.size} importing files: ${[...paths].sort().join(', ')}`);
}

function judgeCycles(imports: ReadonlyMap<string, Import[]>): string[] {
  const graph = new Map(
    [...imports].map(([path, found]) => [
      path,
      found.filter(({ specifier }) => specifier.startsWith('.')).map(({ specifier }) => resolve(path, specifier)),
    ]),
  );
  return findCycles(graph).map((cycle) => `cycle: ${cycle.join(' → ')}`);
}

function judgeWorld(path: string, text: string): string[] {
  if (touchesWorld(path)) return [];
  const lines = blank(text).split('\n');
  return lines.flatMap((line, index) =>
    WORLD_WORDS.filter(({ pattern }) => pattern.test(line)).map(
      ({ what }) => `${path}:${index + 1} uses ${what}: it belongs in lib/effects`,
    ),
  );
}

function touchesWorld(path: string): boolean {
  return TOUCHES_WORLD.some((place) => path === place || (place.endsWith('/') && path.startsWith(place)));
}

function roomOf(path: string): Room | undefined {
  return ROOMS.find((room) => path.startsWith(`${room}/`));
}

function resolve(path: string, specifier: string): string {
  return join(dirname(path), specifier);
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
