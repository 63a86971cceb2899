// Files of variables are read literally and every odd line is told.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEnvFile } from '../../../lib/domain/env-file/parse.ts';

function readA(text: string): string | undefined {
  return parseEnvFile(text).variables.get('A')?.value;
}

describe('a file of variables', () => {
  it.each([
    ['a plain value', 'A=b', 'b'],
    ['an exported one', 'export A=b', 'b'],
    ['a comment after it', 'A=b # c', 'b'],
    ['a hash inside it', 'A=b#c', 'b#c'],
    ['single quotes', 'A=\'b $c "d" # e\'', 'b $c "d" # e'],
    ['double quotes with escapes', 'A="b \\"c\\" \\\\ \\n"', 'b "c" \\ \n'],
    ['an equals sign in it', 'A=b=c=', 'b=c='],
    ['nothing', 'A=', ''],
    ['a byte order mark', '\ufeffA=b', 'b'],
  ])('%s', (_name, text, value) => {
    const read = parseEnvFile(text);
    expect(read.findings).toEqual([]);
    expect(read.variables.get('A')).toEqual({ value, line: 1 });
  });

  it.each([
    ['no assignment', 'A b', 'is no assignment'],
    ['spaces around the sign', 'A = b', 'is no assignment'],
    ['an open quote', "A='b", 'has no closing quote'],
    ['text after a quote', "A='b'c", 'goes on after its closing quote'],
    ['a bare space', 'A=b c', 'has a space outside quotes'],
    ['a command substitution', 'A=$(id)', 'would be expanded by a shell and is taken literally here'],
    ['a variable in quotes', 'A="$HOME/x"', 'would be expanded by a shell and is taken literally here'],
    ['a backtick', 'A=`id`', 'would be expanded by a shell and is taken literally here'],
    ['the same name twice', 'A=b\nA=c', 'is also set in line 1'],
    ['Windows line ends', 'A=b\r\n', 'has Windows line ends'],
  ])('%s is told', (_name, text, problem) => {
    expect(parseEnvFile(text).findings.map((found) => found.problem)).toEqual([problem]);
  });

  it('is never executed or expanded', () => {
    expect(readA('A=$(touch /tmp/x)`id`$HOME')).toBe('$(touch /tmp/x)`id`$HOME');
  });

  it('gives an answer whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const found of parseEnvFile(text).findings) expect(found.line).toBeGreaterThan(0);
      }),
    );
  });

  it('may hold a line separator that is none in a shell', () => {
    expect(readA("A='a\u2028b'")).toBe('a\u2028b');
    expect(readA('A="a\u2029b"')).toBe('a\u2029b');
    expect(readA('A=a\u2028b')).toBe('a\u2028b');
  });

  it('gives back any value that was quoted', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => !/['\r\n]/.test(text)),
        (text) => {
          expect(readA(`A='${text}'`)).toBe(text);
        },
      ),
    );
  });
});
