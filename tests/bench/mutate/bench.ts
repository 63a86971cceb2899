// Mutants a second: many in one promtool call beside one call for each. Medians of paired runs.

import { spawnSync } from 'node:child_process';

const PAIRS = 3;
const LEAST_RATE = 50;
const { NODE_EXTRA_CA_CERTS: _unset, ...env } = process.env;

function rate(batchSize: number): number {
  const args = [
    'dist/mdops.js',
    'rules',
    'mutate',
    'config/platforms/market-data',
    '--only',
    'rules',
    '--json',
    '--batch-size',
    String(batchSize),
  ];
  const { stdout, status } = spawnSync(process.execPath, args, { env, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`rules mutate ended with ${status}: build first`);
  return (JSON.parse(stdout) as { rules: { mutants_per_second: number } }).rules.mutants_per_second;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((left, right) => left - right)[Math.floor(numbers.length / 2)]!;
}

const pairs = Array.from({ length: PAIRS }, () => ({ many: rate(60), one: rate(1) }));
const many = median(pairs.map((pair) => pair.many));
const ratio = median(pairs.map((pair) => pair.many / pair.one));
process.stdout.write(`side by side: ${many} mutants/s (bar ${LEAST_RATE})\n`);
process.stdout.write(`one call each: ${median(pairs.map(({ one }) => one))} mutants/s\n`);
process.stdout.write(`ratio: ${ratio.toFixed(1)}\n`);
process.exitCode = many >= LEAST_RATE ? 0 : 1;
