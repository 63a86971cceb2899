// What CI plays every time: every golden scenario dies at each of its effects, fresh seeds of all worlds, every stored
// night. docs/simulation.md says what is left to the night.

import { expect, test, vi } from 'vitest';
import { buildSimulator } from './planted/build.ts';
import { simulate } from './planted/find.ts';

vi.setConfig({ testTimeout: 600_000 });

interface Lane {
  readonly played: number;
  readonly crashes: number;
  readonly recoveries: number;
  readonly seconds: number;
  readonly findings: readonly { readonly how: string; readonly invariant: string; readonly detail: string }[];
  readonly lost: readonly string[];
}

test('every golden scenario dies at each effect, fresh seeds and stored nights hold every invariant', async () => {
  const lane = await simulate<Lane>(await buildSimulator(null, 'lane'), ['--lane', 'ci', '--jobs', '2']);
  process.stdout.write(
    `lane: ${lane.played} nights, ${lane.crashes} deaths, ${lane.recoveries} again, ${lane.seconds.toFixed(1)} s\n`,
  );
  expect(lane.findings.map(({ how, invariant, detail }) => `${how}: ${invariant}, ${detail}`)).toEqual([]);
  expect(lane.lost).toEqual([]);
  expect(lane.crashes).toBeGreaterThan(2_000);
  expect(lane.recoveries).toBeGreaterThan(lane.crashes);
  expect(lane.played).toBeGreaterThan(3_000 + lane.crashes + lane.recoveries);
});
