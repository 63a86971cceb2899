// Whatever a control plane says, it is read or refused: nothing is thrown, nothing is invented.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readActive, readBulk, readContracts } from '../../../lib/clients/control-plane/answers.ts';

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value) ?? '');
const symbols = fc.constantFrom('a.X', 'b.X', 'c.X', '__proto__', 'constructor', '');

/** Answers that nearly keep the contract: the right keys with values of every kind. */
const nearly = fc.dictionary(
  fc.constantFrom('symbols', 'subscriptions', 'accepted', 'rejected', 'source', 'total', 'truncated', 'error', 'ts'),
  fc.oneof(
    fc.jsonValue(),
    fc.array(fc.oneof(symbols, fc.record({ symbol: symbols, reason: fc.string() }), fc.jsonValue())),
    fc.constantFrom('cache', 'vnpy', 'empty', 'market-data-service', 'error', 'unsupported'),
    fc.nat(5),
  ),
);

test('no answer makes the readers throw, and each says either what it found or why not', () => {
  const bodies = fc.oneof(
    nearly.map(bytes),
    fc.json().map((text) => Buffer.from(text)),
    fc.uint8Array(),
  );
  fc.assert(
    fc.property(bodies, (body) => {
      for (const read of [readContracts, (from: Uint8Array) => readActive(from, undefined)]) {
        const found = read(body);
        if ('problem' in found) expect(found.problem).not.toBe('');
      }
    }),
    { numRuns: 2_000 },
  );
});

test('every symbol that was asked for is told exactly once, and no other', () => {
  fc.assert(
    fc.property(nearly, fc.uniqueArray(symbols), (answer, asked) => {
      const found = readBulk(bytes(answer), asked);
      if ('problem' in found) return;
      const told = [...found.accepted, ...found.rejected.map(({ symbol }) => symbol), ...found.unanswered];
      expect(told.toSorted()).toEqual(asked.toSorted());
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['last_tick_at', { subscriptions: [{ symbol: 'a.X', lastTickAt: 'not a time: a list' }] }],
  ['source', { problem: 'its source a list is unknown' }],
  ['symbol', { problem: 'entry 1 names no symbol' }],
])('a value nested a hundred thousand deep in "%s" is judged like any other', (key, expected) => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const text = { symbol: '"a.X"', last_tick_at: '"t"', source: '"market-data-service"', [key]: deep };
  const entry = `{"symbol":${text.symbol},"last_tick_at":${text.last_tick_at}}`;
  expect(readActive(Buffer.from(`{"subscriptions":[${entry}],"source":${text.source}}`), undefined)).toMatchObject(
    expected,
  );
});
