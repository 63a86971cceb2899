// What a start of six components costs beside their longest chain, as bare as it can be begun: medians of paired runs.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeEnvironment } from '../../support/live-components.ts';
import { mdops } from '../../support/mdops.ts';
import { bareChainMs, SIX } from '../../support/six-components.ts';
import { median, printBars } from '../bars.ts';

const PAIRS = Number(process.argv[2] ?? 7);

mkdirSync('.mdops', { recursive: true });
const home = mkdtempSync(resolve('.mdops/start-'));
process.exitCode = await compare().finally(() => rmSync(home, { recursive: true, force: true }));

async function compare(): Promise<number> {
  // Within the working tree its components would be taken for ES modules.
  writeFileSync(join(home, 'package.json'), '{"type":"commonjs"}');
  const ports = await writeEnvironment(home, SIX);
  const ratios: number[] = [];
  const wholeMs: number[] = [];
  for (let pair = -1; pair < PAIRS; pair += 1) {
    const bareMs = await bareChainMs(home, ports);
    const ran = await mdops(['start-live-env', '--profile', 'live', '--json'], { cwd: home });
    if (ran.exit !== 0) throw new Error(`the start ended with ${ran.exit}: ${ran.stderr}`);
    const { duration_ms: tookMs } = JSON.parse(ran.stdout) as { duration_ms: number };
    await mdops(['start-live-env', 'stop', '--yes', '--profile', 'live'], { cwd: home });
    // The first pair warms the caches.
    if (pair < 0) continue;
    ratios.push(tookMs / bareMs);
    wholeMs.push(ran.tookMs / bareMs);
  }
  process.stdout.write(`${Object.keys(SIX).length} components, Node ${process.versions.node}, ${PAIRS} paired runs\n`);
  return printBars([
    { what: 'start beside the longest chain', ratio: median(ratios), most: 1.2 },
    { what: 'the whole command beside it', ratio: median(wholeMs), note: 'with Node, configuration, journal, metrics' },
  ]);
}
