// YAML that comes from people: what is refused, what is kept, and that hostile text ends quickly.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml, renderYaml } from '../../lib/base/yaml.ts';

async function problemsOf(text: string): Promise<readonly string[]> {
  return (await parseYaml(text)).problems.map(({ path, message, wanted }) =>
    `${path} ${message}; wanted ${wanted}`.trim(),
  );
}

describe('YAML', () => {
  it('knows the line of every key', async () => {
    const { value, lines } = await parseYaml('\ufeffa:\n  b: 1\n  c:\n    - d: x\n');
    expect(JSON.stringify(value)).toBe('{"a":{"b":1,"c":[{"d":"x"}]}}');
    expect([...lines]).toEqual([
      ['a', 1],
      ['a.b', 2],
      ['a.c', 3],
      ['a.c[0].d', 4],
    ]);
  });

  it('takes __proto__ for a key like any other', async () => {
    const { value } = await parseYaml('__proto__: { polluted: yes }\nconstructor: 1\n');
    expect(Object.getPrototypeOf(value)).toBe(null);
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBe(undefined);
  });

  it.each([
    ['a list opened 100,000 times', '['.repeat(100_000)],
    ['a mapping opened 100,000 times', '{a: '.repeat(100_000)],
    ['dashes 100,000 deep', '- '.repeat(100_000)],
    ['question marks 100,000 deep', '? '.repeat(100_000)],
    ['indentation 1,000 deep', Array.from({ length: 1_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['forty levels', `${'['.repeat(40)}${']'.repeat(40)}`],
  ])('is refused at once when it is too deep: %s', async (_name, text) => {
    const since = performance.now();
    const problems = await problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/is nested too deeply; wanted at most 32 levels$/);
    expect(performance.now() - since).toBeLessThan(2_000);
  });

  it('is refused when it is too long', async () => {
    expect(await problemsOf('x'.repeat(2_000_000))).toEqual(['is 2000000 characters long; wanted at most 1048576']);
  });

  it.each([
    ['an alias', 'a: &x 1\nb: *x\n', 'b is an alias; wanted the value written out'],
    ['a merge', 'a: &x { b: 1 }\nc: { <<: *x }\n', 'c.<< is an alias; wanted the value written out'],
    ['a key given twice', 'a: 1\nb: 2\na: 3\n', 'a is given twice, first in line 1; wanted each key once'],
    ['a key that is a list', '? [a]\n: 1\n', 'has a key that is no text; wanted texts as keys'],
  ])('%s is refused', async (_name, text, problem) => {
    expect(await problemsOf(text)).toEqual([problem]);
  });

  it('gives an answer whatever the text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom(...'a: -?[]{}#&*!|>\'"%@`\n\t,0~<'), maxLength: 60 }),
        async (text) => {
          const { value, problems } = await parseYaml(text);
          for (const { line } of problems) expect(line).toBeGreaterThan(0);
          if (value === undefined) expect(problems.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('reads what it wrote', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), async (value) => {
        const { value: read, problems } = await parseYaml(await renderYaml(value));
        expect(problems).toEqual([]);
        expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 300 },
    );
  });
});
