// `npm run sim`: plays bad nights and tells the story of what breaks. `--help` says how.

import { existsSync } from 'node:fs';
import { planCampaign } from './command/campaign.ts';
import { work } from './command/crew.ts';
import { type Options, readOptions, USAGE } from './command/options.ts';
import { searchAll, type Tally } from './command/search-all.ts';
import { seekPlanted } from './command/seek-planted.ts';
import { playBack, sayTally, tellFinding, tellSeed } from './command/tell.ts';

const EXIT = { held: 0, broken: 1, usage: 64, interrupted: 130 } as const;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (!('mode' in options)) return misuse(options);
  const { mode } = options;
  switch (mode.kind) {
    case 'help':
      process.stdout.write(USAGE);
      return EXIT.held;
    case 'work':
      await work();
      return EXIT.held;
    case 'story':
      return asExit(await tellSeed(options.worlds[0]!, options.from ?? 1, mode.isTrace));
    case 'replay':
      if (!existsSync(mode.file)) return misuse([`--replay "${mode.file}": there is no such file`]);
      return asExit(await playBack(mode.file));
    case 'planted':
      return asExit((await seekPlanted(options, stopped())) === 0);
    case 'plans': {
      // fast-check takes a while to load: only who plans needs it.
      const { seekPlans } = await import('./command/seek-plans.ts');
      return asExit((await seekPlans(options, mode.count)) === 0);
    }
    default:
      return search(options);
  }
}

/** Aborted by Ctrl-C. The terminal and npm both pass it on: the second one changes nothing. */
function stopped(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  return stop.signal;
}

async function search(options: Options): Promise<number> {
  const tally = await searchAll(await planCampaign(options), options, stopped());
  if (options.isJson) process.stdout.write(`${JSON.stringify(summarize(tally))}\n`);
  else {
    sayTally(tally);
    for (const finding of tally.findings) await tellFinding(finding, options.keep);
  }
  if (tally.isInterrupted) return EXIT.interrupted;
  return asExit(tally.findings.length + tally.lost.length === 0);
}

function summarize({ findings, cpuSeconds, ...rest }: Tally): object {
  return {
    ...rest,
    cpu_seconds: cpuSeconds,
    findings: findings.map(({ world, how, seed, violation }) => ({ world, how, seed, ...violation })),
  };
}

function misuse(sentences: readonly string[]): number {
  for (const sentence of sentences) process.stderr.write(`Cannot simulate: ${sentence}\n`);
  process.stderr.write('npm run sim -- --help says what there is\n');
  return EXIT.usage;
}

function asExit(isHeld: boolean): number {
  return isHeld ? EXIT.held : EXIT.broken;
}

// Whoever reads may have seen enough.
process.stdout.on('error', () => process.exit(EXIT.interrupted));
process.exitCode = await main();
