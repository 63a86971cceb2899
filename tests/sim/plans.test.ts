// Plans of bad nights: with a bug planted, what breaks shrinks to the few faults that matter.

import { expect, test, vi } from 'vitest';
import type { FoundPlan } from './plans/plans.ts';
import { buildSimulator } from './planted/build.ts';
import { FAILOVER_BUGS } from './planted/failover-bugs.ts';
import { simulate } from './planted/find.ts';

vi.setConfig({ testTimeout: 300_000 });

/** Bugs that need faults to show, and the most that may be left of a plan that shows them. */
const NEEDS_FAULTS = ['an old route that does not answer counts as demoted', 'dead runs are not closed'];

test.each(NEEDS_FAULTS)('%s: the smallest plan has at most three faults', async (name) => {
  const bug = FAILOVER_BUGS.find((each) => each.name === name)!;
  const program = await buildSimulator(bug, `plans-${name.replaceAll(' ', '-')}`);
  const { broken } = await simulate<FoundPlan<{ acts: unknown[] }>>(program, [
    ...['--world', bug.world, '--plans', '1000', '--seed', '1'],
  ]);
  if (broken === null) throw new Error(`${name} survived the plans`);
  process.stdout.write(`${name}: ${broken.faultsBefore} faults shrink to: ${broken.faults.join('; ')}\n`);
  expect(bug.breaks).toContain(broken.violation.invariant);
  expect(broken.faults.length).toBeGreaterThan(0);
  expect(broken.faults.length).toBeLessThanOrEqual(3);
  expect(broken.faultsBefore).toBeGreaterThan(broken.faults.length);
  expect(broken.scenario.acts.length).toBeLessThanOrEqual(2);
});

test('without a planted bug plans hold every invariant', async () => {
  const program = await buildSimulator(null, 'plans-clean');
  const found = await simulate<FoundPlan<unknown>>(program, ['--world', 'failover', '--plans', '200', '--seed', '1']);
  expect(found.broken).toBeNull();
  expect(found.played).toBe(200);
});
