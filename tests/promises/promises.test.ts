// Every promise has its proofs, and every proof is a test that is there.

import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkerOf } from '../sim/checker/all-checkers.ts';
import { PROMISES } from './promises.ts';

test('the list is whole', () => {
  expect(PROMISES.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, at) => `R${at + 1}`));
});

test('nights are played by CI', () => {
  expect(readFileSync('tests/sim/lane.test.ts', 'utf8')).toContain('stored nights hold every invariant');
});

test.each(PROMISES)('$id: $promise', ({ proofs, nights = {} }) => {
  const missing = Object.entries(proofs).flatMap(([path, titles]) => {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    return titles.filter((title) => !text.includes(title)).map((title) => `${path}: ${title}`);
  });
  const unknown = Object.entries(nights).flatMap(([world, invariants]) => {
    const known = checkerOf(world)?.invariants ?? [];
    return invariants.filter((invariant) => !known.includes(invariant)).map((invariant) => `${world}: ${invariant}`);
  });
  expect([...missing, ...unknown]).toEqual([]);
  expect(Object.keys(proofs)).not.toEqual([]);
});
