// What each runtime package costs when a run first needs it: the built file alone beside an empty one.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { median, printBars, type Row } from '../bars.ts';

const PAIRS = Number(process.argv[2] ?? 15);
const VENDOR = resolve('dist/vendor');

const scratch = mkdtempSync(join(tmpdir(), 'mdops-packages-'));
const empty = join(scratch, 'empty.js');
writeFileSync(empty, '');
const rows = readdirSync(VENDOR).map((file): Row => {
  const ratios = Array.from({ length: PAIRS }, () => {
    const bareMs = time(empty);
    return time(join(VENDOR, file)) / bareMs;
  });
  return { what: file.replace(/\.js$/, ''), ratio: median(ratios) };
});
rmSync(scratch, { recursive: true });
process.stdout.write(
  `Loading a package beside an empty file, Node ${process.versions.node}, medians of ${PAIRS} pairs\n`,
);
process.exitCode = printBars(rows);

function time(file: string): number {
  const startedMs = performance.now();
  const { status } = spawnSync(process.execPath, [file], { env: { PATH: process.env['PATH'] } });
  const tookMs = performance.now() - startedMs;
  if (status !== 0) throw new Error(`${file} ended with ${status}`);
  return tookMs;
}
