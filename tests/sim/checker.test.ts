// The checker itself: each invariant of each world notices a history that breaks it, and this test notices one that sleeps.

import { describe, expect, test } from 'vitest';
import { checkerOf } from './checker/all-checkers.ts';
import { findBlindSpots } from './checker/checker.ts';
import { PLANTED } from './planted/all-bugs.ts';
import { WORLD_NAMES } from './worlds/all-worlds.ts';

describe.each(WORLD_NAMES)('the world %s', (name) => {
  const checker = checkerOf(name);

  test('has histories that break its invariants', () => {
    expect(checker?.invariants.length).toBeGreaterThan(3);
  });

  test('notices every invariant that is broken, by its name', async () => {
    expect(await findBlindSpots(checker!)).toEqual([]);
  });

  test('has no check that could be switched off unnoticed', async () => {
    for (const invariant of checker!.invariants) {
      const blind = await findBlindSpots(checker!, invariant);
      expect(blind).toContainEqual(expect.stringContaining(`"${invariant}"`));
    }
  });

  test('has planted bugs that name only invariants that it has', () => {
    const named = PLANTED.filter(({ world }) => world === name).flatMap(({ breaks }) => breaks);
    expect(named.filter((invariant) => !checker!.invariants.includes(invariant))).toEqual([]);
    expect(named.length).toBeGreaterThan(0);
  });
});

test('an invariant without a history is a blind spot', async () => {
  const checker = { invariants: ['nothing is lost'], histories: {} };
  expect(await findBlindSpots(checker)).toEqual(['"nothing is lost": no history breaks it']);
});
