// Every promise has its proofs, and every proof is a test that is there.

import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PROMISES } from './promises.ts';

test('the list is whole', () => {
  expect(PROMISES.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, at) => `R${at + 1}`));
});

test.each(PROMISES)('$id: $promise', ({ proofs }) => {
  const missing = Object.entries(proofs).flatMap(([path, titles]) => {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    return titles.filter((title) => !text.includes(title)).map((title) => `${path}: ${title}`);
  });
  expect(missing).toEqual([]);
  expect(Object.keys(proofs)).not.toEqual([]);
});
