// The code cache beside a built script: what is kept in it, when it is added to, and that it never stands for other text.

import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadScript } from '../../lib/run/load-script.ts';

interface Script {
  readonly value: number;
  readonly make: (part: string) => void;
}

const load = createRequire(import.meta.url);
let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mdops-script-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(value: number): void {
  writeFileSync(
    join(directory, 'it.js'),
    `(function(exports,require,module){exports.value=${value};exports.make=module.made})`,
  );
}

/** The file that holds the cache: each write makes another one. */
function cacheId(): number | undefined {
  return statSync(join(directory, `it.js.${process.version}.cache`), { throwIfNoEntry: false })?.ino;
}

/** One run, to the end of its process; answers whether it wrote a cache. */
function run(parts: readonly string[], exit = 0): { readonly value: number; readonly wrote: boolean } {
  const cache = cacheId();
  const before = process.listeners('exit');
  const script = loadScript<Script>(directory, 'it.js', load);
  script.keep();
  for (const part of parts) script.exports.make(part);
  const added = process.listeners('exit').filter((listener) => !before.includes(listener));
  for (const listener of added) {
    process.removeListener('exit', listener);
    listener.call(process, exit);
  }
  return { value: script.exports.value, wrote: cacheId() !== cache };
}

const caches = (): string[] => readdirSync(directory).filter((name) => name.includes('.cache'));

test('the first run that was not refused leaves a cache, and the next ones take it as it is', () => {
  write(1);
  expect(run(['./part-a.js'], 64).wrote).toBe(false);
  expect(caches()).toEqual([]);
  expect(run(['./part-a.js']).wrote).toBe(true);
  expect(caches()).toEqual([`it.js.${process.version}.cache`]);
  expect(run(['./part-a.js'])).toEqual({ value: 1, wrote: false });
});

test('the first run that needs less than the one before lets the cache begin anew, once', () => {
  write(1);
  run(['./part-a.js', './part-b.js']);
  expect(run(['./part-a.js'], 64).wrote).toBe(false);
  const large = statSync(join(directory, caches()[0]!)).size;
  expect(run(['./part-a.js']).wrote).toBe(true);
  expect(statSync(join(directory, caches()[0]!)).size).toBeLessThan(large);
  expect(run(['./part-a.js'])).toEqual({ value: 1, wrote: true });
  expect(run(['./part-a.js'])).toEqual({ value: 1, wrote: false });
  expect(run(['./part-b.js']).wrote).toBe(true);
  expect(run(['./part-a.js']).wrote).toBe(false);
  expect(run([]).wrote).toBe(false);
});

test('a part that no run made before is added once, and what was there stays', () => {
  write(1);
  run(['./part-a.js']);
  expect(run(['./part-b.js', './part-c.js']).wrote).toBe(true);
  expect(run(['./part-a.js', './part-b.js', './part-c.js']).wrote).toBe(false);
});

test('another text of the same length is not taken for the one that was kept, however old it is', () => {
  write(1);
  run([]);
  write(2);
  utimesSync(join(directory, 'it.js'), 1, 1);
  expect(run([])).toEqual({ value: 2, wrote: true });
  expect(run([])).toEqual({ value: 2, wrote: false });
});

test('a cache that was cut or is none counts as absent', () => {
  write(1);
  for (const content of ['', 'xx', 'no cache at all']) {
    writeFileSync(join(directory, `it.js.${process.version}.cache`), content);
    expect(run([])).toEqual({ value: 1, wrote: true });
  }
});
