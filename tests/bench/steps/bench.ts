// 100 steps, each between durable intent and done records, against the same commands run by bash and by zx.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const STEPS = 100;
const COMMAND = '/bin/true';
const ROUNDS = Number(process.argv[2] ?? 15);

/** How much of the other's time the runner may take. */
const BARS = [
  { against: 'bare bash', most: 2.8 },
  { against: 'bash that syncs a line before and after each', most: 0.6 },
  { against: 'zx without a journal', most: 0.6 },
] as const;

// In the working tree's file system: a journal does not live in a memory file system, as /tmp may be.
const directory = mkdtempSync(resolve('node_modules/.cache/mdops-steps-'));
process.exitCode = await compare().finally(() => rmSync(directory, { recursive: true }));

async function compare(): Promise<number> {
  const runner = await bundle('runner', 'cjs');
  const withZx = await bundle('with-zx', 'mjs');
  const journal = join(directory, 'journal');
  const contestants: Record<string, () => number> = {
    runner: () => time(process.execPath, [runner, journal, COMMAND, String(STEPS)]),
    'bare bash': () => time('bash', [script('bare', `${COMMAND}\n`)]),
    'bash that syncs a line before and after each': () => {
      // One process appends and syncs; `>>` and then sync(1) costs about 5 % less, and is not one act.
      const record = (kind: string) =>
        `echo '{"kind":"${kind}"}' | dd of=${journal}.bash oflag=append conv=notrunc,fsync status=none\n`;
      return time('bash', [script('durable', `${record('intent')}${COMMAND}\n${record('done')}`)]);
    },
    'zx without a journal': () => time(process.execPath, [withZx, COMMAND, String(STEPS)]),
  };
  const times = new Map<string, number[]>(Object.keys(contestants).map((name) => [name, []]));
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(contestants)) {
      const tookMs = run();
      // The first round warms the caches.
      if (round >= 0) times.get(name)?.push(tookMs);
    }
  }
  return report(times);
}

function report(times: ReadonlyMap<string, readonly number[]>): number {
  const own = times.get('runner') ?? [];
  let missed = 0;
  for (const { against, most } of BARS) {
    const ratio = median(own.map((tookMs, round) => tookMs / (times.get(against)?.[round] ?? Number.NaN)));
    // NaN meets no bar.
    const isMet = ratio <= most;
    if (!isMet) missed += 1;
    process.stdout.write(`${ratio.toFixed(2)} x ${against} (bar ${most}) ${isMet ? 'met' : 'NOT MET'}\n`);
  }
  return missed;
}

function time(program: string, args: readonly string[]): number {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const startedMs = performance.now();
  const { status, stderr } = spawnSync(program, args, { env, encoding: 'utf8' });
  const tookMs = performance.now() - startedMs;
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return tookMs;
}

function script(name: string, step: string): string {
  const path = join(directory, `${name}.sh`);
  writeFileSync(path, step.repeat(STEPS));
  return path;
}

/** As the product is built: a CommonJS entry, packages left outside. */
async function bundle(name: string, kind: 'cjs' | 'mjs'): Promise<string> {
  const outfile = join(directory, `${name}.${kind}`);
  const format = kind === 'cjs' ? 'cjs' : 'esm';
  const entryPoints = [resolve('tests/bench/steps', `${name}.ts`)];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format, packages: 'external', target: 'node20' });
  return outfile;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
