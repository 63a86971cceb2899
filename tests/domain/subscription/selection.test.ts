// What a run is about: never more than was asked for, and never everything by accident.

import { expect, test } from 'vitest';
import { type SelectionRequest, selectSymbols } from '../../../lib/domain/subscription/selection.ts';

const SYMBOLS = ['rb2501.SHFE', 'rb2505.SHFE', 'IF2501.CFFEX', 'cu2501.SHFE', 'rb2501.SHFE'];
const everything: SelectionRequest = { symbols: SYMBOLS, include: ['*'], exclude: [], active: new Set() };

test.each<[string, Partial<SelectionRequest>, readonly string[]]>([
  ['everything, each once, in order', {}, ['rb2501.SHFE', 'rb2505.SHFE', 'IF2501.CFFEX', 'cu2501.SHFE']],
  ['one exchange', { include: ['*.CFFEX'] }, ['IF2501.CFFEX']],
  ['two patterns', { include: ['cu*', 'IF*'] }, ['IF2501.CFFEX', 'cu2501.SHFE']],
  ['exclusion wins', { include: ['rb*'], exclude: ['*2501*'] }, ['rb2505.SHFE']],
  [
    'what is active is left alone',
    { active: new Set(['rb2501.SHFE', 'cu2501.SHFE']) },
    ['rb2505.SHFE', 'IF2501.CFFEX'],
  ],
  ['the limit counts what is to do', { active: new Set(['rb2501.SHFE']), limit: 1 }, ['rb2505.SHFE']],
  ['everything active: nothing to do', { active: new Set(SYMBOLS) }, []],
])('%s', (_, change, wanted) => {
  expect(selectSymbols({ ...everything, ...change })).toMatchObject({ ok: true, wanted });
});

test.each<[string, Partial<SelectionRequest>, readonly string[]]>([
  ['no pattern', { include: [] }, ['no pattern to include; write * for everything']],
  ['an empty pattern', { include: [''] }, ['pattern "": an empty pattern selects nothing; write * for everything']],
  ['an empty exclusion', { exclude: [''] }, ['pattern "": an empty pattern selects nothing; write * for everything']],
  ['nothing that matches', { include: ['zz*'] }, ['none of 4 symbols is selected']],
  ['all excluded', { exclude: ['*'] }, ['none of 4 symbols is selected']],
  ['a limit of zero', { limit: 0 }, ['the limit is not a positive whole number']],
  ['a limit that is no number', { limit: Number.NaN }, ['the limit is not a positive whole number']],
])('%s is refused', (_, change, problems) => {
  expect(selectSymbols({ ...everything, ...change })).toEqual({ ok: false, problems });
});

test('all mistakes are told at once', () => {
  const refused = selectSymbols({ ...everything, include: ['['], exclude: [''], limit: -1 });
  expect(refused.ok ? [] : refused.problems).toHaveLength(3);
});

test('counts add up, and idle patterns are named', () => {
  const request = {
    ...everything,
    include: ['*', 'rb*', 'zz*'],
    exclude: ['IF*', 'yy*'],
    active: new Set(['cu2501.SHFE']),
    limit: 1,
  };
  expect(selectSymbols(request)).toEqual({
    ok: true,
    wanted: ['rb2501.SHFE'],
    catalogueTotal: 4,
    selectedTotal: 3,
    alreadyActiveTotal: 1,
    beyondLimitTotal: 1,
    idlePatterns: ['zz*', 'yy*'],
  });
});
