// Patterns for instrument names.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseGlob } from '../../../lib/domain/subscription/glob.ts';

test.each<[string, readonly string[], readonly string[]]>([
  ['*', ['', 'rb2501.SHFE', '\n'], []],
  ['rb*', ['rb', 'rb2501.SHFE'], ['RB2501', 'xrb']],
  ['*.SHFE', ['rb2501.SHFE', '.SHFE'], ['rb2501.SHFE2', 'rb2501xSHFE']],
  ['rb250?.SHFE', ['rb2501.SHFE'], ['rb250.SHFE', 'rb25010.SHFE']],
  ['[a-c]*', ['ag', 'cu'], ['du', '-x']],
  ['[!a-c]*', ['du', '-x'], ['ag', '']],
  ['[]]', [']'], ['[']],
  ['[a-]', ['a', '-'], ['b']],
  ['\\*', ['*'], ['a']],
  ['**a**b', ['ab', 'xaxb'], ['ba']],
  ['?', ['🥇', 'x'], ['', 'xx']],
  ['.*', ['.x'], ['x.']],
  ['(a|b)+$', ['(a|b)+$'], ['a', 'b']],
])('%s', (pattern, yes, no) => {
  const glob = parseGlob(pattern);
  expect(glob.ok && yes.filter((text) => !glob.matches(text))).toEqual([]);
  expect(glob.ok && no.filter((text) => glob.matches(text))).toEqual([]);
});

test.each(['', '[', '[]', '[!]', '[z-a]', 'abc\\', 'a[b'])('the pattern "%s" is refused', (pattern) => {
  expect(parseGlob(pattern)).toMatchObject({ ok: false, pattern });
});

test('a pattern of plain and escaped characters matches exactly that text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string(), (text, other) => {
      const glob = parseGlob([...text].map((character) => `\\${character}`).join(''));
      expect(glob.ok && glob.matches(text)).toBe(true);
      expect(glob.ok && glob.matches(other)).toBe(text === other);
    }),
  );
});

test('it decides as a regular expression of the same meaning does', () => {
  const piece = fc.constantFrom('*', '?', 'a', 'b', '.', '[ab]', '[!a]');
  const asRegex: Record<string, string> = { '*': '[^]*', '?': '[^]', '.': '\\.', '[!a]': '[^a]' };
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 8 }),
      fc.string({ unit: fc.constantFrom('a', 'b', '.') }),
      (pieces, text) => {
        const glob = parseGlob(pieces.join(''));
        const regex = new RegExp(`^${pieces.map((part) => asRegex[part] ?? part).join('')}$`);
        expect(glob.ok && glob.matches(text)).toBe(regex.test(text));
      },
    ),
    { numRuns: 2_000 },
  );
});

test('many stars against a long name stay quick', () => {
  const glob = parseGlob(`${'*a'.repeat(50)}b`);
  const startedMs = performance.now();
  expect(glob.ok && glob.matches('a'.repeat(5_000))).toBe(false);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});
