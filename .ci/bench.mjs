// Runs benchmarks: each prints ratios against a bar and exits non-zero when one is not met.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { say } from './say.mjs';
import { bundleScript } from './typescript.mjs';

const ROOT = 'tests/bench';

export async function runBench(args) {
  const [name, ...rest] = args;
  const known = readdirSync(ROOT).filter((entry) => existsSync(join(ROOT, entry, 'bench.ts')));
  if (name !== undefined && !known.includes(name)) {
    say(`No benchmark is named "${name}": wanted one of ${known.join(', ')}`);
    return 64;
  }
  const missed = [];
  for (const bench of name === undefined ? known : [name]) {
    const program = await bundleScript(join(ROOT, bench, 'bench.ts'));
    if (spawnSync(process.execPath, [program, ...rest], { stdio: 'inherit' }).status !== 0) missed.push(bench);
  }
  if (missed.length > 0) say(`Bars not met: ${missed.join(', ')}`);
  return missed.length > 0 ? 1 : 0;
}
