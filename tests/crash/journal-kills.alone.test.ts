// Promise R2: of 1,000 kills none loses an acknowledged record or leaves one that is misread.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { readJournal } from '../../lib/services/journal/read-journal.ts';

const KILLS = 1_000;
const AT_ONCE = 4;

interface Findings {
  lost: number;
  damaged: number;
  torn: number;
  records: number;
}

test('of 1,000 kills none loses an acknowledged record', { timeout: 400_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mdops-kills-'));
  const program = join(folder, 'writer.mjs');
  const entry = join(import.meta.dirname, 'journal-writer.ts');
  await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
    logLevel: 'error',
  });
  const found: Findings = { lost: 0, damaged: 0, torn: 0, records: 0 };
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < KILLS) {
      const number = next;
      next += 1;
      const path = join(folder, `${number}.ndjson`);
      // Killed after so many acknowledgements, while the next appends are under way.
      const acknowledged = await killAfter(fork(program, [path], { serialization: 'json' }), 1 + ((number * 7) % 23));
      judge(path, acknowledged, found);
      rmSync(path);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  rmSync(folder, { recursive: true });
  expect(found).toMatchObject({ lost: 0, damaged: 0 });
  expect(found.records).toBeGreaterThan(KILLS);
});

async function killAfter(child: ChildProcess, count: number): Promise<number> {
  let acknowledged = -1;
  child.on('message', (seq) => {
    acknowledged = Number(seq);
    if (acknowledged >= count) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return acknowledged;
}

function judge(path: string, acknowledged: number, found: Findings): void {
  const content = readJournal(readFileSync(path));
  if (content.records.length <= acknowledged) found.lost += 1;
  if (content.damage.length > 0) found.damaged += 1;
  if (content.tornBytes > 0) found.torn += 1;
  found.records += content.records.length;
}
