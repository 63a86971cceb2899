// The one file of a command: what its parts hand to one another costs nothing to take. A scan of a million rows was twice
// as slow while every call from part to part went through a getter, and only a benchmark saw it.

import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Script } from 'node:vm';
import { expect, test } from 'vitest';
import { temporaryDirectories } from '../support/temporary.ts';

type CommandFile = (
  options: object,
  isSeldom: (file: string) => boolean,
) => Promise<{ readonly text: string; readonly files: ReadonlyMap<string, string> }>;
type Take = (part: string) => object;

const directory = temporaryDirectories('command-file');

// `shared` is in the top, `late` in a part that also takes from `later`, which two parts share.
const SOURCES = {
  'entry.ts': `import { own } from './shared.ts';
    export const execute = async () => ({ own: own(), late: await import('./late.ts'), last: await import('./last.ts') });`,
  'shared.ts': 'export const own = () => 1; export let count = 2;',
  'later.ts': 'export const twice = (n: number) => 2 * n; export class Kept {}',
  'late.ts': `import { count, own } from './shared.ts'; import { twice } from './later.ts';
    export const sum = () => twice(count) + own();
    export const take = (part) => require(part);`,
  'last.ts': `import { Kept, twice } from './later.ts'; export const last = () => [new Kept(), twice(4)];`,
};

test('what a part takes from another is a plain property', async () => {
  const { commandFile } = (await import(resolve('.ci/command-file.mjs'))) as { commandFile: CommandFile };
  const home = directory();
  for (const [name, text] of Object.entries(SOURCES)) writeFileSync(join(home, name), text);
  const options = {
    absWorkingDir: home,
    bundle: true,
    legalComments: 'none',
    logLevel: 'silent',
    minify: true,
    platform: 'node',
    stdin: { contents: `export { execute } from './entry.ts';`, resolveDir: home, loader: 'ts' },
    target: 'node20',
  };
  const { text } = await commandFile(options, () => false);
  const run = new Script(text).runInThisContext() as (exports: object, outer: unknown, module: object) => void;
  const module = {
    exports: {} as { execute(): Promise<Record<'late' | 'last', Record<string, unknown>>> },
    made: () => {},
  };
  run(module.exports, () => ({}), module);
  const { late, last } = await module.exports.execute();
  expect([(late['sum'] as () => number)(), (last['last'] as () => unknown[])()[1]]).toEqual([5, 8]);

  const parts = [...new Set(text.match(/"\.\/[^"/]+\.js"(?=:)/g))].map((name) => JSON.parse(name) as string);
  const taken = parts.map((part) => Object.entries(Object.getOwnPropertyDescriptors((late['take'] as Take)(part))));
  expect(taken.flat().map(([name]) => name)).toEqual(expect.arrayContaining(['sum', 'last']));
  expect(taken.flat().length).toBeGreaterThanOrEqual(6);
  expect(taken.flat().filter(([, { get }]) => get !== undefined)).toEqual([]);
});
