// `npm run sim`: plays seeds of a world and tells the story of what breaks.
//   npm run sim -- --world failover --seeds 1000 --seed 1      play 1,000 seeds from 1 on
//   npm run sim -- --world failover --seed 4711 --story        tell one night
//   npm run sim -- --world failover --crash-points             die at every effect of ordinary work

import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { exhaustCrashPoints, type Finding, type Searched, searchSeeds, shrink } from './search.ts';
import { openWorld, WORLD_NAMES } from './worlds/all-worlds.ts';
import type { SimWorld } from './worlds/sim-world.ts';

const OPTIONS = {
  world: { type: 'string', default: 'failover' },
  seeds: { type: 'string', default: '1' },
  seed: { type: 'string', default: '1' },
  most: { type: 'string', default: '3' },
  deep: { type: 'string', default: '40' },
  story: { type: 'boolean', default: false },
  trace: { type: 'boolean', default: false },
  'crash-points': { type: 'boolean', default: false },
  keep: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  const world = await openWorld(values.world);
  if (world === null) {
    process.stderr.write(`no world is called "${values.world}": wanted one of ${WORLD_NAMES.join(', ')}\n`);
    return 64;
  }
  const from = Number(values.seed);
  if (values.story || values.trace) return tell(world, from, values.trace);
  // Thousands of expected faults: nobody reads where they were made.
  Error.stackTraceLimit = 0;
  const since = process.cpuUsage();
  const searched = values['crash-points']
    ? await exhaustCrashPoints(world, Number(values.most), Number(values.deep))
    : await searchSeeds(world, { from, count: Number(values.seeds), most: Number(values.most) });
  const { user, system } = process.cpuUsage(since);
  const seconds = (user + system) / 1e6;
  if (values.json) process.stdout.write(`${JSON.stringify(summarize(world.name, searched, seconds))}\n`);
  else await report(world, searched, seconds, values.keep);
  return searched.findings.length > 0 ? 2 : 0;
}

async function tell<S>(world: SimWorld<S>, seed: number, isTrace: boolean): Promise<number> {
  const { story, trace, violation } = await world.play(seed, world.make(seed), true);
  process.stdout.write(`${(isTrace ? trace : story).join('\n')}\n`);
  process.stdout.write(violation === null ? 'every invariant held\n' : `broken: ${violation.invariant}\n`);
  return violation === null ? 0 : 2;
}

function summarize<S>(world: string, { played, effects, findings }: Searched<S>, seconds: number): object {
  return {
    world,
    played,
    effects,
    cpu_seconds: seconds,
    findings: findings.map(({ how, seed, violation }) => ({ how, seed, ...violation })),
  };
}

async function report<S>(world: SimWorld<S>, searched: Searched<S>, seconds: number, keep: boolean): Promise<void> {
  const { played, effects, findings } = searched;
  const rate = Math.round(played / seconds);
  process.stdout.write(`${world.name}: ${played} played, ${effects} effects, ${rate} a second and core\n`);
  for (const finding of findings) {
    const small = await shrink(world, finding);
    const { story } = await world.play(small.seed, small.scenario, true);
    process.stdout.write(`\n${finding.how} breaks "${small.violation.invariant}"\n${small.violation.detail}\n`);
    process.stdout.write(`${JSON.stringify(small.scenario)}\n${story.join('\n')}\n`);
    if (keep) keepRegression(world.name, small);
  }
}

function keepRegression<S>(world: string, { seed, scenario, violation }: Finding<S>): void {
  const folder = 'tests/sim/regressions';
  mkdirSync(folder, { recursive: true });
  const name = `${folder}/${world}-${seed}-${violation.invariant.replace(/[^a-z0-9]+/gi, '-').slice(0, 40)}.json`;
  writeFileSync(name, `${JSON.stringify({ world, seed, broke: violation.invariant, scenario }, null, 2)}\n`);
  process.stdout.write(`kept as ${name}\n`);
}

process.exitCode = await main();
