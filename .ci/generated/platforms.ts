// Every platform under config/platforms, compiled; and the generated files there that nothing makes any more.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CompiledPlatform, compilePlatform } from '../../lib/domain/platform/compile.ts';
import { isGenerated } from '../../lib/domain/platform/generated-file.ts';

const ROOT = 'config/platforms';
const RUNBOOKS = 'runbooks/platforms';

export async function compileAll(): Promise<CompiledPlatform[]> {
  const folders = list(ROOT)
    .map((name) => `${ROOT}/${name}`)
    .filter((folder) => existsSync(`${folder}/catalogue.yml`));
  return Promise.all(
    folders.map((folder) =>
      compilePlatform({
        folder,
        catalogue: readFileSync(`${folder}/catalogue.yml`, 'utf8'),
        slos: readIfThere(`${folder}/slos.yml`),
      }),
    ),
  );
}

export function findStale(compiled: readonly CompiledPlatform[]): string[] {
  // Of a catalogue with mistakes nothing is made, and nothing is taken away.
  if (compiled.some(({ files }) => files === null)) return [];
  const made = new Set(compiled.flatMap(({ files }) => (files ?? []).map(({ path }) => path)));
  const present = [ROOT, RUNBOOKS].flatMap((folder) => list(folder, true).map((name) => join(folder, name)));
  return present.filter(
    (path) => /\.(ya?ml|md)$/.test(path) && !made.has(path) && isGenerated(readFileSync(path, 'utf8')),
  );
}

function list(folder: string, recursive = false): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive, encoding: 'utf8' }).sort() : [];
}

function readIfThere(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
