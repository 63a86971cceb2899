// The judgement against a transcription of the contract, over random feeds.

import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { check, checkPlainly, NOW_MS, row } from './checking.ts';
import { expectedReport } from './oracle.ts';

// Thousands of runs take a while where tests share two cores.
vi.setConfig({ testTimeout: 60_000 });

const ODD_NAMES = [
  '__proto__',
  'constructor',
  '$(rm -rf /)',
  "it's",
  '"q"',
  'a\u202eb',
  '\\',
  '期货.SHFE',
  '\ud83d',
  '💥',
  'x'.repeat(10_240),
];
const symbol = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('rb2501', 'au2506', 'IF2503', 'm2505', 'sc2501') },
  { weight: 6, arbitrary: fc.constantFrom('rb2501.SHFE', 'au2506.SHFE', 'IF2503.CFFEX', 'm2505.DCE') },
  { weight: 1, arbitrary: fc.constantFrom(...ODD_NAMES) },
  { weight: 1, arbitrary: fc.string({ minLength: 1, unit: 'binary' }) },
);
const zone = fc.constantFrom('', 'Z', 'z', '+00:00', '-00:00');
const tickText = fc
  .tuple(fc.integer({ min: -10_000, max: 400_000 }), fc.constantFrom('T', 't', ' '), zone)
  .map(([lagMs, separator, suffix]) =>
    new Date(NOW_MS - lagMs).toISOString().replace('T', separator).replace('Z', suffix),
  );
const edgeTick = fc
  .constantFrom(-5_001, -5_000, 0, 119_999, 120_000, 299_999, 300_000)
  .map((lagMs) => new Date(NOW_MS - lagMs).toISOString());
const brokenTick = fc.constantFrom(
  '',
  'soon',
  '2026-02-30T00:00:00Z',
  '2026-01-05T24:01:00Z',
  '2026-01-05',
  1_767_605_400,
  true,
  {},
  [1],
  '2026-01-05T09:30:00+0800',
);
const zonedTick = fc.constantFrom(
  '2026-01-05T17:29:30+08:00',
  '2026-01-05T04:29:59.5-05:00',
  '2026-01-05T17:20:00.123456789+08:00',
);
const entry = fc.oneof(
  { weight: 1, arbitrary: symbol },
  {
    weight: 5,
    arbitrary: fc.record(
      {
        symbol,
        subscription_id: fc.oneof(fc.string(), fc.integer(), fc.constantFrom(null, {}, 1e21)),
        exchange: fc.constantFrom('SHFE', 'CFFEX', '', null, 'ИНЭ'),
        created_at: fc.constant('2026-01-05T00:00:00Z'),
        last_tick_at: fc.oneof({ weight: 5, arbitrary: tickText }, edgeTick, zonedTick, brokenTick, fc.constant(null)),
        active: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constantFrom(false, null, 0)),
        ['__proto__']: fc.constant(1),
      },
      { requiredKeys: ['symbol'] },
    ),
  },
);

const wild = fc.tuple(
  fc.array(symbol, { maxLength: 8 }),
  fc.array(entry, { maxLength: 10 }),
  fc.array(symbol, { maxLength: 2 }),
);
/** Feeds with little or nothing wrong, which pure chance hardly ever makes. */
const calm = fc
  .tuple(
    fc.uniqueArray(symbol, { minLength: 1, maxLength: 6 }),
    fc.array(symbol, { maxLength: 1 }),
    fc.integer({ max: 150, min: 0 }),
  )
  .map(([names, extra, lagSeconds]): [string[], Record<string, unknown>[], string[]] => [
    names,
    [...extra, ...names].map((name, i) => row(name, i === 1 ? lagSeconds : i)),
    [],
  ]);

test('10,000 random catalogues and snapshots get the report that the prose of the contract gives', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(
      fc.oneof({ weight: 3, arbitrary: wild }, { weight: 1, arbitrary: calm }),
      fc.constantFrom('list', 'object', 'lines'),
      ([catalogue, entries, ignored], shape) => {
        const question = { catalogue: JSON.stringify(catalogue), active: textOf(entries, shape), ignored };
        const report = check(question);
        if (shape !== 'lines') expect(checkPlainly(question)).toEqual(report);
        const { warnings, errors, ...facts } = report;
        expect(facts).toEqual(expectedReport(catalogue, entries, ignored));
        expect(errors.length > 0).toBe(report.exit_code >= 2);
        if (report.verdict === 'degraded') expect(warnings.length).toBeGreaterThan(0);
        seen.set(report.verdict, (seen.get(report.verdict) ?? 0) + 1);
      },
    ),
    { numRuns: 10_000, endOnFailure: false },
  );
  for (const verdict of ['healthy', 'degraded', 'unhealthy', 'unknown']) expect(seen.get(verdict)).toBeGreaterThan(50);
});

test('long lists in any order, with repetitions near and far, get the same report', () => {
  const names = Array.from({ length: 150 }, (_, i) => `c${i}.SHFE`);
  const some = fc.constantFrom(...names);
  const seen = fc.record({ symbol: some, subscription_id: fc.integer(), last_tick_at: fc.oneof(edgeTick, brokenTick) });
  fc.assert(
    fc.property(
      fc.array(some, { maxLength: 300 }),
      fc.array(fc.oneof(seen, some, entry), { minLength: 70, maxLength: 400 }),
      (catalogue, entries) => {
        const question = {
          catalogue: JSON.stringify([...names.slice(20), ...catalogue]),
          active: JSON.stringify(entries),
        };
        const { warnings: _, errors: __, ...facts } = check(question);
        expect(facts).toEqual(expectedReport([...names.slice(20), ...catalogue], entries, []));
      },
    ),
    { numRuns: 200 },
  );
});

test('keeping only the details of remarkable ticks changes nothing in the report', () => {
  const inside = { afterMs: NOW_MS - 120_000, beforeMs: NOW_MS + 5_000 };
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 10 }), (entries) => {
      const question = { catalogue: '["rb2501.SHFE"]', active: JSON.stringify(entries) };
      expect(check({ ...question, feed: { unremarkable: inside } })).toEqual(check(question));
    }),
    { numRuns: 1_000 },
  );
});

function textOf(entries: readonly unknown[], shape: string): string {
  if (shape === 'list') return JSON.stringify(entries);
  if (shape === 'object') return JSON.stringify({ ts: 'x', subscriptions: entries }, null, 1);
  // An empty file has no first line to tell its format by.
  return entries.length === 0 ? '[]' : entries.map((item) => JSON.stringify(item)).join('\n');
}

test('the way of small feeds gives the same report, or leaves it to the byte readers', () => {
  const change = fc.record({ at: fc.nat(), byte: fc.nat(255) });
  let declined = 0;
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 4 }),
      change,
      fc.constantFrom('list', 'object'),
      (entries, { at, byte }, shape) => {
        const active = new TextEncoder().encode(textOf(entries, shape));
        active[at % active.length] = byte;
        const question = { catalogue: '["rb2501.SHFE"]', active };
        const report = check(question);
        const plain = checkPlainly(question);
        if (plain === null) {
          declined += 1;
          // Bare strings and lone entries are lines, which have a reader of their own.
          if (report.verdict !== 'unknown') expect([0x22, 0x7b]).toContain(active.find((first) => first > 0x20));
        } else if ([0x5b, 0x7b].includes(active[0]!)) expect(plain).toEqual(report);
      },
    ),
    { numRuns: 5_000 },
  );
  expect(declined).toBeGreaterThan(500);
});
