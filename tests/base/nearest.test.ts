// "Did you mean": near words are found, far ones are not, and long ones cost nothing.

import { describe, expect, it } from 'vitest';
import { nearest } from '../../lib/base/nearest.ts';

const KNOWN = ['lag_warning', 'lag_critical', 'coverage_threshold', 'mode'];

describe('the nearest word', () => {
  it.each([
    ['lag_warnig', 'lag_warning'],
    ['lag-warning', 'lag_warning'],
    ['lagCritical', 'lag_critical'],
    ['lag_wanring', 'lag_warning'],
    ['coverage_treshhold', 'coverage_threshold'],
    ['mdoe', 'mode'],
    ['completely_else', undefined],
    ['', undefined],
    ['x'.repeat(1_000_000), undefined],
  ])('of %.20s is %s', (typed, found) => {
    expect(nearest(typed, KNOWN)).toBe(found);
  });
});
