// Builds the simulator with a bug planted into the shipped sources: text is replaced while it is bundled.

import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import type { PlantedBug } from './planted-bug.ts';

/** Answers the path of a program that takes the simulator's arguments. */
export async function buildSimulator(bug: PlantedBug | null, name: string): Promise<string> {
  // Only who plants something needs a bundler.
  const { build } = await import('esbuild');
  const outfile = resolve('node_modules/.cache/mdops/sim', `${name}.mjs`);
  await build({
    entryPoints: ['tests/sim/cli.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    target: 'node20',
    logLevel: 'warning',
    plugins: bug === null ? [] : [plant(bug)],
  });
  return outfile;
}

function plant(bug: PlantedBug): Plugin {
  return {
    name: 'planted bug',
    setup: (instance) => {
      const left = new Map(bug.changes.map((change) => [change, change.file]));
      instance.onLoad({ filter: /\/(?:lib|scripts)\/.*\.ts$/ }, ({ path }) => {
        const file = relative(resolve('.'), path);
        const changes = bug.changes.filter((change) => change.file === file);
        if (changes.length === 0) return undefined;
        let text = readFileSync(join(path), 'utf8');
        for (const change of changes) {
          if (text.split(change.find).length !== 2) {
            return { errors: [{ text: `"${bug.name}": ${file} holds "${change.find}" not exactly once` }] };
          }
          text = text.replace(change.find, () => change.put);
          left.delete(change);
        }
        return { contents: text, loader: 'ts' };
      });
      instance.onEnd(() =>
        left.size === 0
          ? {}
          : { errors: [{ text: `"${bug.name}": ${[...left.values()].join(', ')} is not part of the simulator` }] },
      );
    },
  };
}
