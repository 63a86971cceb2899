// Command lines that people configure: split as they expect, values never more than one argument.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COMMAND_LINE, fillPlaceholders, splitArguments } from '../../lib/base/argument-list.ts';

const LINES: Readonly<Record<string, readonly [line: string, expected: string[] | null]>> = {
  'plain words': ['notify desk {marker}', ['notify', 'desk', '{marker}']],
  'spaces around and between': ['  a \t b  ', ['a', 'b']],
  'double quotes': ['say "hello there" x', ['say', 'hello there', 'x']],
  'single quotes keep backslashes': ["say 'a\\b'", ['say', 'a\\b']],
  'an escaped space': ['a\\ b', ['a b']],
  'quotes inside a word': ['--text="a b"c', ['--text=a bc']],
  'an empty argument': ['a "" b', ['a', '', 'b']],
  'no shell: dollars, backticks and semicolons are letters': ['a $HOME `id` ; rm', ['a', '$HOME', '`id`', ';', 'rm']],
  'an open quote': ['a "b', null],
  nothing: ['   ', null],
};

test.each(Object.entries(LINES))('%s', (_name, [line, expected]) => {
  expect(splitArguments(line)).toEqual(expected);
});

test('what a command line is can be told without splitting it', () => {
  const line = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '"', "'", '\\', '{', '\u2003'), maxLength: 12 });
  fc.assert(
    fc.property(line, (text) => {
      expect(COMMAND_LINE.test(text)).toBe(splitArguments(text) !== null);
    }),
    { numRuns: 5_000 },
  );
  expect(COMMAND_LINE.test(`${'a "b" '.repeat(20_000)}"`)).toBe(false);
});

test('a value stays one argument, unchanged, whatever it holds; never an option', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const filled = fillPlaceholders(['cmd', '{value}', 'x={value}', '{other}'], { value });
      if (value.startsWith('-') || value.includes('\0')) expect(filled).toBe(null);
      else expect(filled).toEqual(['cmd', value, `x=${value}`, '{other}']);
    }),
    { numRuns: 2_000 },
  );
});

test('an option of the template may carry a value that begins with a dash', () => {
  expect(fillPlaceholders(['cmd', '--title={value}'], { value: '-x' })).toEqual(['cmd', '--title=-x']);
});
