// Shell lines that users configured: values are quoted by zx, run by our executor, and nothing else of zx shows.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are shell lines.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTestProcesses } from './processes-setup.ts';

const processes = createTestProcesses();

const RUNS: Record<string, readonly [line: string, values: Record<string, string>, out: string, code: number]> = {
  'a line runs under bash': ['echo $((1 + 2)) | cat', {}, '3\n', 0],
  'a value is one word': ['printf "[%s]" {marker} end', { marker: 'a b  c' }, '[a b  c][end]', 0],
  'a value executes nothing': ['echo {marker}', { marker: '$(touch /tmp/x)`id`;id' }, '$(touch /tmp/x)`id`;id\n', 0],
  'an empty value is a word': ['printf "[%s]" {a} {b}', { a: '', b: 'x' }, '[][x]', 0],
  'a value may stand in a word': ['echo --name={name}.log', { name: 'two words' }, '--name=two words.log\n', 0],
  'braces that name no value stay': ['echo {a,b} {other} ${HOME:+home}', {}, 'a b {other} home\n', 0],
  'a failing part fails the line': ['false | true', {}, '', 1],
  'an unset variable fails the line': ['echo "$NO_SUCH_VARIABLE"', {}, '', 1],
  'a value with a dash follows the dashes': ['printf -- "%s" {a}', { a: '-n' }, '-n', 0],
};

describe('a shell line', () => {
  for (const [sentence, [line, values, out, code]] of Object.entries(RUNS)) {
    test(sentence, async () => {
      const result = await processes.runShell(line, { values, timeoutMs: 10_000 });
      expect(result.stdout.head).toBe(out);
      expect(result.exitCode).toBe(code);
    });
  }

  test('gets any value unchanged', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 }).map((raw) => `x${raw.replaceAll('\0', '')}`);
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 8, maxLength: 8 }), async (texts) => {
        const values = Object.fromEntries(texts.map((value, index) => [`v${index}`, value]));
        const line = `printf '%s\\0' ${Object.keys(values)
          .map((name) => `{${name}}`)
          .join(' ')}`;
        const { stdout } = await processes.runShell(line, { values, timeoutMs: 10_000 });
        expect(stdout.head.split('\0').slice(0, -1)).toEqual(texts);
      }),
      { numRuns: 60 },
    );
  });

  test('ends on time with all it started', async () => {
    const line = 'trap "" TERM; setsid sleep 60 & sleep 60; sleep 60';
    const result = await processes.runShell(line, { timeoutMs: 200, graceMs: 100 });
    expect(result).toMatchObject({ timedOut: true, ok: false });
    expect(result.durationMs).toBeLessThan(1_300);
  });
});

const REFUSED: Record<string, readonly [line: string, values: Record<string, string>, said: RegExp]> = {
  'a placeholder in double quotes': ['notify "{a}"', { a: 'x' }, /\{a\} stands inside quotes/],
  'a placeholder in single quotes': ["notify '{a}'", { a: 'x' }, /\{a\} stands inside quotes/],
  'a placeholder behind a backslash': ['notify \\{a}', { a: 'x' }, /\{a\} stands inside an escape/],
  'a here-document': ['cat <<E {a}', { a: 'x' }, /more than plain commands/],
  arithmetic: ['echo $(( {a} ))', { a: 'x' }, /more than plain commands/],
  'a nested script': ['echo `echo {a}`', { a: 'x' }, /more than plain commands/],
  'a test that computes': ['[[ {a} -eq 1 ]]', { a: 'x' }, /more than plain commands/],
  'several lines': ["echo # don't\necho '{a}'", { a: 'x' }, /more than plain commands/],
  'a value that would be an option': ['rm {a}', { a: '-rf' }, /starts with "-"/],
  'a value with a NUL': ['echo {a}', { a: 'x\0y' }, /NUL/],
};

describe('a shell line in which a value could be more than one word is refused', () => {
  for (const [what, [line, values, said]] of Object.entries(REFUSED)) {
    test(what, async () => {
      await expect(processes.runShell(line, { values, timeoutMs: 10_000 })).rejects.toThrow(said);
    });
  }
});

describe('zx in the environment', () => {
  test('decides nothing', async () => {
    const hijack = {
      ZX_PREFIX: 'echo hijacked;',
      ZX_POSTFIX: '; echo hijacked',
      ZX_SHELL: '/bin/false',
      ZX_VERBOSE: 'true',
    };
    const dirty = createTestProcesses({ ...process.env, ...hijack, ZX_TIMEOUT: '1ms' });
    Object.assign(process.env, hijack);
    const result = await dirty.runShell('echo mine', { timeoutMs: 10_000 });
    for (const name of Object.keys(hijack)) delete process.env[name];
    expect(result).toMatchObject({ ok: true, stdout: { head: 'mine\n' }, stderr: { head: '' } });
  });
});
