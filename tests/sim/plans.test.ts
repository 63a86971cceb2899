// Plans of bad nights: with a bug planted, what breaks shrinks to the few faults that matter.

import { expect, test, vi } from 'vitest';
import type { FoundPlan } from './plans/plans.ts';
import { PLANTED } from './planted/all-bugs.ts';
import { buildSimulator } from './planted/build.ts';
import { simulate } from './planted/find.ts';
import { costOf, WORLD_NAMES } from './worlds/all-worlds.ts';

vi.setConfig({ testTimeout: 300_000 });

/** As far as nights are alike. */
interface Night {
  readonly acts?: readonly unknown[];
  readonly runs?: readonly unknown[];
}

/** Bugs that need faults to show, and the most that may be left of a plan that shows them. */
const NEEDS_FAULTS = [
  'an old route that does not answer counts as demoted',
  'dead runs are not closed',
  'a failed start is not undone',
  'fresh after a late success',
];

test.each(NEEDS_FAULTS)('%s: the smallest plan has at most three faults', async (name) => {
  const bug = PLANTED.find((each) => each.name === name)!;
  const program = await buildSimulator(bug, `plans-${name.replaceAll(' ', '-')}`);
  const { broken } = await simulate<FoundPlan<Night>>(program, [
    ...['--world', bug.world, '--plans', '1000', '--seed', '1'],
  ]);
  if (broken === null) throw new Error(`${name} survived the plans`);
  process.stdout.write(`${name}: ${broken.faultsBefore} faults shrink to: ${broken.faults.join('; ')}\n`);
  expect(bug.breaks).toContain(broken.violation.invariant);
  expect(broken.faults.length).toBeGreaterThan(0);
  expect(broken.faults.length).toBeLessThanOrEqual(3);
  expect(broken.faultsBefore).toBeGreaterThan(broken.faults.length);
  const { acts = [], runs = [] } = broken.scenario;
  expect(acts.length + runs.length).toBeLessThanOrEqual(2);
});

test.each(WORLD_NAMES)('without a planted bug plans of the world %s hold every invariant', async (world) => {
  const program = await buildSimulator(null, `plans-clean-${world}`);
  const found = await simulate<FoundPlan<unknown>>(program, ['--world', world, '--plans', '200', '--seed', '1']);
  expect(found.broken).toBeNull();
  expect(found.played).toBe(Math.ceil(200 / costOf(world)));
});
