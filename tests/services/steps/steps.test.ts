// Steps: what is on record before and after an act, and what a resumed run does with it.

import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../lib/base/json.ts';
import type { Journal } from '../../../lib/services/journal/journal.ts';
import type { JournalRecord } from '../../../lib/services/journal/record.ts';
import { readEarlierSteps } from '../../../lib/services/steps/earlier-steps.ts';
import type { StepKind } from '../../../lib/services/steps/step-types.ts';
import { createSteps, type Steps } from '../../../lib/services/steps/steps.ts';

interface Play {
  readonly steps: Steps;
  readonly records: JournalRecord[];
  /** How many of the records were durable whenever one was written. */
  readonly durable: number[];
  readonly acted: string[];
}

function play(earlier: readonly JournalRecord[] | null = null): Play {
  const records: JournalRecord[] = [];
  const durable: number[] = [];
  const write = (kind: string, body: JsonObject, durableRecords: number): void => {
    records.push({ seq: records.length, kind, at: '', body, prev: '', hash: '' });
    durable.push(durableRecords);
  };
  const journal: Journal = {
    append: async (kind, body) => write(kind, body, records.length + 1),
    appendSoon: async (kind, body) => write(kind, body, durable.at(-1) ?? 0),
    isDegraded: false,
    close: async () => {},
  };
  const steps = createSteps({
    journal,
    clock: { wallMs: () => 0, monotonicMs: () => 0, bootId: () => '', sleep: async () => {} },
    observer: { started: () => {}, finished: () => {}, failed: () => {} },
    earlier: earlier === null ? null : readEarlierSteps('run-1', earlier),
  });
  return { steps, records, durable, acted: [] };
}

function act(one: Play, name: string, value: Json = null, kind: StepKind = 'idempotent'): Promise<Json> {
  return one.steps.run<Json>({
    name,
    kind,
    act: async () => {
      one.acted.push(name);
      return value;
    },
  });
}

async function fail(one: Play, name: string): Promise<void> {
  await one.steps
    .run({ name, kind: 'idempotent', act: async () => Promise.reject(new Error('no answer')) })
    .catch(() => {});
}

test('the intent is on record before the act, and done after it', async () => {
  const one = play();
  await one.steps.run({
    name: 'promote',
    kind: 'idempotent',
    act: async () => {
      expect(one.records.map(({ kind }) => kind)).toEqual(['step_intent']);
      return 7;
    },
  });
  expect(one.records.map(({ kind }) => kind)).toEqual(['step_intent', 'step_done']);
  expect(one.records[1]?.body['value']).toBe(7);
});

test('done becomes durable with the next intent, and at once where only a person could settle a doubt', async () => {
  const one = play();
  await act(one, 'bring up');
  await act(one, 'prove parity', true, 'verify-then-act');
  await act(one, 'tell the exchange', null, 'manual');
  expect(one.records.map(({ kind }) => kind)).toEqual([
    'step_intent',
    'step_done',
    ...Array(2).fill(['step_intent', 'step_done']).flat(),
  ]);
  // Each act comes after its intent: 1, 3 and 5 records.
  expect(one.durable).toEqual([1, 1, 3, 3, 5, 6]);
});

test('a failed act is on record with its reason and is thrown on', async () => {
  const one = play();
  await fail(one, 'promote');
  expect(one.records.at(-1)).toMatchObject({ kind: 'step_failed', body: { step: 'promote', reason: 'no answer' } });
});

test('a resumed run gets the values of done steps without acting, and goes on after them', async () => {
  const first = play();
  await act(first, 'bring up', { epoch: 4 });
  await act(first, 'prove parity', true);
  await fail(first, 'switch');
  const second = play(first.records);
  expect(await act(second, 'bring up')).toEqual({ epoch: 4 });
  expect(await act(second, 'prove parity')).toBe(true);
  await act(second, 'switch');
  await act(second, 'demote');
  expect(second.acted).toEqual(['switch', 'demote']);
  const third = play(second.records);
  expect(await act(third, 'bring up')).toEqual({ epoch: 4 });
});

test.each([
  ['another step stands in its place', 'stop everything', null],
  ['the same step acts on something else', 'bring up', 'other'],
])('a resumed run refuses when %s', async (_what, name, input) => {
  const first = play();
  await act(first, 'bring up');
  const second = play(first.records);
  await expect(second.steps.run({ name, kind: 'idempotent', input, act: async () => null })).rejects.toMatchObject({
    code: 'steps changed',
    exit: 77,
  });
});

test.each<[StepKind, boolean, readonly string[]]>([
  ['idempotent', false, ['switch']],
  ['verify-then-act', true, []],
  ['verify-then-act', false, ['switch']],
])('a begun %s step whose effect is there (%s) is done again only when needed', async (kind, isThere, acted) => {
  const second = play([
    { seq: 0, kind: 'step_intent', at: '', body: { step: 'switch', kind, input: null }, prev: '', hash: '' },
  ]);
  await second.steps.run<Json>({
    name: 'switch',
    kind,
    act: async () => {
      second.acted.push('switch');
      return 'now';
    },
    verify: async () => (isThere ? 'before' : null),
  });
  expect(second.acted).toEqual(acted);
});

test('a begun manual step waits for a person', async () => {
  const second = play([
    { seq: 0, kind: 'step_intent', at: '', body: { step: 'pay', kind: 'manual', input: null }, prev: '', hash: '' },
  ]);
  await expect(act(second, 'pay', null, 'manual')).rejects.toMatchObject({ code: 'step needs a decision', exit: 77 });
  expect(second.acted).toEqual([]);
});

test('parallel steps are matched by name, whatever order they come in', async () => {
  const first = play();
  await Promise.all([act(first, 'nats', 1), act(first, 'pushgateway', 2)]);
  const second = play(first.records);
  expect(await Promise.all([act(second, 'pushgateway'), act(second, 'nats')])).toEqual([2, 1]);
  expect(second.acted).toEqual([]);
});

test('the same steps have the same plan hash, other steps another', async () => {
  const [one, same, other] = [play(), play(), play()];
  await act(one, 'a');
  await act(same, 'a');
  await act(other, 'b');
  expect(one.steps.planHash()).toBe(same.steps.planHash());
  expect(one.steps.planHash()).not.toBe(other.steps.planHash());
});
