// Promise R12: memory stays bounded whatever a step prints, measured in a program of its own.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestProcesses } from './processes-setup.ts';

const directory = mkdtempSync(join(tmpdir(), 'mdops-flood-'));
const program = join(directory, 'flood.mjs');
const MOST_MEGABYTES = 256;

beforeAll(async () => {
  const entryPoints = [join(import.meta.dirname, 'flood-program.ts')];
  await build({ entryPoints, outfile: program, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
});
afterAll(() => rmSync(directory, { recursive: true }));

const FLOODS: Record<string, readonly [script: string, listens: boolean, totalBytes: number, lines: number]> = {
  'prints 1 GB': ['head -c 1000000000 /dev/zero', false, 1_000_000_000, 0],
  'prints 100 MB that somebody follows line by line': [
    'yes some line of output | head -c 100000000',
    true,
    100_000_000,
    5_000_000,
  ],
  'prints a line of 10 MB that somebody follows': ['head -c 10000000 /dev/zero | tr "\\0" x', true, 10_000_000, 1],
};

describe('a step that', () => {
  for (const [what, [script, listens, totalBytes, lines]] of Object.entries(FLOODS)) {
    test(what, async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [program, script, listens ? 'lines' : '']);
      const report = JSON.parse(stdout);
      expect(report).toMatchObject({ ok: true, totalBytes, lines, kept: 32_768 });
      expect(report.peakMegabytes).toBeLessThan(MOST_MEGABYTES);
    });
  }

  test('prints binary keeps its count and does no harm', async () => {
    const result = await createTestProcesses().run({
      argv: ['bash', '-c', 'head -c 100000 /dev/urandom; printf "\\0end"'],
      timeoutMs: 10_000,
      onLine: (line) => expect(line).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/),
    });
    expect(result).toMatchObject({ ok: true, stdout: { totalBytes: 100_004 } });
    expect(result.stdout.tail.endsWith('\0end')).toBe(true);
  });
});
