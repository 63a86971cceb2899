// Repairs that nobody saw to help: which count against the feed.

import { expect, test } from 'vitest';
import type { Incident, IncidentFact } from '../../../lib/domain/incidents/incident.ts';
import { createHands } from '../../../lib/flows/check-feed-health/hands.ts';
import type { Context } from '../../../lib/run/context.ts';

const COUNTING = { id: 'k', state: 'counting', failed_attempts: 1, updated_at_ms: 1_000 } as Incident;

async function count(incident: Incident | null, oldestTickMs: number) {
  const facts: IncidentFact[] = [];
  const incidents = {
    find: async () => incident,
    report: async (_target: string, fact: IncidentFact) => {
      facts.push(fact);
      return { incident, change: 'counted', told: [], problems: [] };
    },
  };
  const config = { health: { remediation: { maxAttempts: 3 } } };
  const hands = createHands({ incidents, config } as unknown as Context, 'primary', {} as never);
  const refuted = await hands.countRefuted(oldestTickMs);
  return { refuted, kinds: facts.map(({ kind }) => kind) };
}

test('a repair that no tick followed is refuted, one that a tick followed is proven', async () => {
  expect(await count(COUNTING, 999)).toEqual({ refuted: 2, kinds: ['failed'] });
  expect(await count(COUNTING, Number.NEGATIVE_INFINITY)).toEqual({ refuted: 2, kinds: ['failed'] });
  expect(await count(COUNTING, 1_000)).toEqual({ refuted: 0, kinds: ['recovered'] });
});

test('the last one is not counted before people are told, and an episode that they know of counts nothing', async () => {
  expect(await count({ ...COUNTING, failed_attempts: 2 }, 0)).toEqual({ refuted: 3, kinds: [] });
  expect(await count({ ...COUNTING, state: 'open' }, 0)).toEqual({ refuted: 0, kinds: [] });
  expect(await count(null, 0)).toEqual({ refuted: 0, kinds: [] });
});
