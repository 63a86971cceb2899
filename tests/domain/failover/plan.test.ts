// Plans: the same situation makes the same plan, and a plan is applied as it was made, in time, or not at all.

import { expect, test } from 'vitest';
import { findApprovalProblem } from '../../../lib/domain/failover/approval.ts';
import {
  findPlanProblem,
  makePlan,
  type Plan,
  planDocument,
  planHash,
  readPlanDocument,
} from '../../../lib/domain/failover/plan.ts';

const MADE = 1_700_000_000_000;
const TEN_MINUTES = 600_000;

function plan(changes: Partial<Plan> = {}): Plan {
  const made = makePlan({
    environment: 'live',
    to: 'backup',
    strategy: 'promote-first',
    epoch: 4,
    acceptsGap: false,
    forced: [],
    fence: 'by epoch',
    operator: 'wang',
    madeAtMs: MADE,
    expiryMs: TEN_MINUTES,
  });
  return { ...made, ...changes };
}

const NOW = { environment: 'live', epoch: 4, nowMs: MADE + 60_000, expiryMs: TEN_MINUTES };

test('the old route is demoted last, after the new one is verified', () => {
  expect(plan().steps.map(({ kind, route }) => `${kind} ${route}`)).toEqual([
    'bring up backup',
    'prove parity backup',
    'switch to backup',
    'verify backup',
    'demote primary',
  ]);
});

test('stop-first says in the plan when consumers have no feed', () => {
  const made = makePlan({ ...plan(), strategy: 'stop-first', expiryMs: TEN_MINUTES });
  expect(made.steps[0]).toEqual({ kind: 'stop', route: 'primary' });
  expect(made.outage).toContain('until the new one has proven parity');
});

test('two people who look at the same situation make the same plan, another epoch makes another one', () => {
  expect(planHash(plan({ operator: 'li', madeAtMs: MADE + 5 }))).toBe(planHash(plan()));
  expect(planHash(plan({ epoch: 5 }))).not.toBe(planHash(plan()));
});

test('what was written is what is read', () => {
  const document = JSON.parse(JSON.stringify(planDocument(plan())));
  expect(readPlanDocument(document)).toEqual({ ok: true, plan: plan(), hash: planHash(plan()) });
});

const CHANGES: Record<string, (document: Record<string, Record<string, unknown>>) => void> = {
  'its epoch': (document) => {
    document['plan']!['epoch'] = 5;
  },
  'its expiry': (document) => {
    document['plan']!['expiresAtMs'] = MADE * 2;
  },
  'its author': (document) => {
    document['plan']!['operator'] = 'li';
  },
  'a forced guard': (document) => {
    document['plan']!['forced'] = ['unfenced'];
  },
  'a step left out': (document) => {
    (document['plan']!['steps'] as unknown[]).pop();
  },
};

test.each(Object.entries(CHANGES))('a file in which somebody changed %s is refused', (_name, change) => {
  const document = JSON.parse(JSON.stringify(planDocument(plan())));
  change(document);
  expect(readPlanDocument(document)).toMatchObject({ ok: false, reason: expect.stringContaining('changed') });
});

test('what is no plan is refused', () => {
  for (const value of [
    null,
    [],
    {},
    { schema: 'mdops.failover-plan/1' },
    { schema: 'mdops.failover-plan/1', plan: {} },
  ]) {
    expect(readPlanDocument(value).ok).toBe(false);
  }
});

const MOMENTS: Record<string, readonly [Partial<typeof NOW>, string | null]> = {
  'in time': [{}, null],
  'at its last moment': [{ nowMs: MADE + TEN_MINUTES }, null],
  'a moment later': [{ nowMs: MADE + TEN_MINUTES + 1 }, 'expired: made 601 s ago'],
  'after somebody moved the pair': [{ epoch: 5 }, 'stale: made at epoch 4, the pair is at 5'],
  'in another environment': [{ environment: 'sim' }, 'it is for "live", not "sim"'],
  'on a clock that was set back': [{ nowMs: MADE - 1 }, 'it was made in the future: one of the clocks is wrong'],
};

test.each(Object.entries(MOMENTS))('a plan applied %s', (_name, [moment, problem]) => {
  expect(findPlanProblem(plan(), { ...NOW, ...moment })).toBe(problem);
});

const APPROVALS: Record<
  string,
  readonly [readonly { operator: string; atMs: number; planHash?: string }[], string | null]
> = {
  'by nobody': [[], 'nobody has approved it'],
  'by the author': [[{ operator: 'wang', atMs: MADE }], 'only wang has approved it, and that is the same person'],
  'by another person': [[{ operator: 'li', atMs: MADE }], null],
  'by another person, of another plan': [[{ operator: 'li', atMs: MADE, planHash: 'x' }], 'nobody has approved it'],
  'by another person, long ago': [[{ operator: 'li', atMs: MADE - TEN_MINUTES }], 'its approval has expired'],
  'by another person, in the future': [[{ operator: 'li', atMs: MADE + TEN_MINUTES }], 'its approval has expired'],
};

test.each(Object.entries(APPROVALS))('approved %s', (_name, [given, problem]) => {
  const approvals = given.map((one) => ({ planHash: 'h', ...one }));
  const moment = { planHash: 'h', operators: ['wang', 'wang'], nowMs: MADE + 1, expiryMs: TEN_MINUTES };
  expect(findApprovalProblem(approvals, moment)).toBe(problem);
});
