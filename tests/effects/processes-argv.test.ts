// Promise R15: every outside value reaches a child as one argv element, unchanged, never as an option.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are what a shell would expand.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withOperands } from '../../lib/base/operands.ts';
import type { ProcessSpec } from '../../lib/effects/processes.ts';
import { createTestProcesses } from './processes-setup.ts';

const processes = createTestProcesses();
const KEEP_BYTES = 8 * 1024 * 1024;
const BATCH = 2_000;

const NASTY = [
  '',
  ' ',
  '-rf',
  '--',
  '--help',
  '-',
  '$(id)',
  '`id`',
  '${HOME}',
  '*',
  '~',
  '!!',
  '\\',
  "'",
  '"',
  '\n',
  '\r',
  '; rm x',
  '| cat',
  '&',
  '> out',
  'a=b',
  '%s',
  '%n',
  '../..',
  '\u001b[2J',
  '\u202e',
  '合约',
  '🧨',
  '\ufeff',
  'x'.repeat(5_000),
];

/** No NUL and no lone surrogate: these are refused, see below. */
const value = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 24 }).map((text) => text.replaceAll('\0', '\u0001')) },
  { weight: 1, arbitrary: fc.constantFrom(...NASTY) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.constantFrom('-', '$', '(', ')', '`', '"', "'", '\\', ' ', ';', '{', '}', '*', 'a'), { maxLength: 10 })
      .map((parts) => parts.join('')),
  },
);

describe('100,000 fuzzed values', () => {
  test('arrive unchanged, one element each', async () => {
    await inBatches(fc.sample(value, 60_000), async (values) => {
      const { stdout } = await run(['printf', '%s\\0', ...values]);
      expect(stdout.split('\0').slice(0, -1)).toEqual(values);
    });
  });

  test('are never read as options behind the dashes', async () => {
    const operands = fc.sample(value, 30_000).map((text) => `-${text.replaceAll('/', '_')}`);
    await inBatches(operands, async (values) => {
      const { stdout, stderr } = await run(withOperands(['basename', '-a', '-z'], values));
      expect(stderr).toBe('');
      expect(stdout.split('\0').slice(0, -1)).toEqual(values);
    });
  });

  test('arrive unchanged in the environment too', async () => {
    await inBatches(fc.sample(value, 10_000), async (values) => {
      const env = Object.fromEntries(values.map((text, index) => [`VALUE_${index}`, text]));
      const { stdout } = await run(['env', '-0'], env);
      const received = Object.fromEntries(stdout.split('\0').map((entry) => entry.split(/=(.*)/s).slice(0, 2)));
      expect(values.map((_, index) => received[`VALUE_${index}`])).toEqual(values);
    });
  });
});

const REFUSED: Record<string, string> = {
  'a NUL, which would cut it': 'a\0b',
  'half a character, which would be replaced': 'a\ud800b',
};

describe('a value that cannot arrive unchanged', () => {
  for (const [what, text] of Object.entries(REFUSED)) {
    test(`is refused in each place: ${what}`, async () => {
      const places: Partial<ProcessSpec>[] = [
        { argv: ['echo', text] },
        { argv: [text] },
        { env: { A: text } },
        { cwd: text },
      ];
      for (const place of places) {
        const spec: ProcessSpec = { argv: ['true'], timeoutMs: 10_000, ...place };
        await expect(processes.run(spec)).rejects.toMatchObject({ code: 'process argument not passable', exit: 64 });
      }
    });
  }
});

async function inBatches(values: readonly string[], check: (batch: string[]) => Promise<void>): Promise<void> {
  for (let from = 0; from < values.length; from += BATCH) await check(values.slice(from, from + BATCH));
}

async function run(argv: readonly [string, ...string[]], env: Record<string, string> = {}) {
  const result = await processes.run({ argv, env, timeoutMs: 20_000, keepBytes: KEEP_BYTES });
  expect(result.failure).toBe(null);
  return { stdout: result.stdout.head, stderr: result.stderr.head };
}
