// What is live on a terminal is taken back whole before anything else is written.

import { expect, test } from 'vitest';
import { PLAIN } from '../../lib/base/paint.ts';
import type { Clock } from '../../lib/effects/clock.ts';
import type { Terminal } from '../../lib/effects/terminal.ts';
import { createProgress } from '../../lib/run/progress.ts';

function setUp(stderrIsTty: boolean) {
  let nowMs = 0;
  const written: string[] = [];
  const terminal = { stderrIsTty, columns: 60, err: (text: string) => void written.push(text) } as unknown as Terminal;
  const clock = { monotonicMs: () => nowMs } as Clock;
  const progress = createProgress(terminal, clock, PLAIN, false);
  const at = (ms: number): void => {
    nowMs = ms;
  };
  return { progress, written, at };
}

test('a table of three rows is four lines, and four lines are erased', () => {
  const { progress, written, at } = setUp(true);
  at(1_000);
  progress.update('1/2 ready', ['NAME  STATE', 'nats  ready', 'mds   starting']);
  expect(written.join('').split('\n')).toEqual([
    '    1s  1/2 ready',
    '        NAME  STATE',
    '        nats  ready',
    '        mds   starting',
  ]);
  written.splice(0);
  progress.clear();
  expect(written.join('')).toBe(`\r\u001b[K${'\u001b[1A\u001b[K'.repeat(3)}`);
  written.splice(0);
  progress.clear();
  expect(written).toEqual([]);
});

test('a line that is too long for the terminal is cut, so that it can be taken back', () => {
  const { progress, written, at } = setUp(true);
  at(2_000);
  progress.update('x'.repeat(500), ['y'.repeat(500)]);
  for (const line of written.join('').split('\n')) expect(line.length).toBeLessThanOrEqual(60);
});

test('in a log there is one plain line now and then, and no table', () => {
  const { progress, written, at } = setUp(false);
  at(500);
  progress.update('early');
  at(1_500);
  progress.update('1/2 ready', ['nats  ready']);
  at(3_000);
  progress.update('too soon');
  expect(written).toEqual(['  1.5s  1/2 ready\n']);
});
