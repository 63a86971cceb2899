// What was asked of the simulator, read from its command line; mistakes are said in one line each.

import { parseArgs } from 'node:util';
import { nearest } from '../../../lib/base/nearest.ts';
import { WORLD_NAMES } from '../worlds/all-worlds.ts';

export const USAGE = `Plays bad nights on the simulator and tells the story of what breaks.

  npm run sim -- --seeds 10000                       fresh seeds of all worlds
  npm run sim -- --world failover --seeds 500 --from 1
  npm run sim -- --world failover --seed 4711 --story
  npm run sim -- --crash-points --deep 40            ordinary work dies at every effect
  npm run sim -- --replay tests/sim/regressions/X.json
  npm run sim -- --plans 2000 --world failover       plans by fast-check, made small
  npm run sim -- --planted                           planted bugs: first failing seed, invariant
  npm run sim -- --lane ci                           what CI plays; --lane nightly: what the night plays

  --world W       ${WORLD_NAMES.join(', ')} or all (default all)
  --seeds N       how many nights, spread over the worlds (default 1)
  --from S        first seed (default 1); --seed S is the same for one night
  --story         tell one night: what happened, in order
  --trace         tell one night: every effect
  --crash-points  die before and after every effect of each golden scenario, with and without the host
  --deep D        every D-th point of each recovery dies too; 1 is all of them, 0 none (default 40)
  --most M        stop after so many violations (default 3)
  --jobs J        worker processes (default: one for each core)
  --keep DIR      where violations are kept (default tests/sim/regressions)
  --json          one JSON object on stdout instead of prose

Exit: 0 every invariant held, 1 one broke, 64 the command line is wrong, 130 stopped by Ctrl-C.
`;

const FLAGS = {
  world: { type: 'string', default: 'all' },
  seeds: { type: 'string' },
  from: { type: 'string' },
  seed: { type: 'string' },
  story: { type: 'boolean', default: false },
  trace: { type: 'boolean', default: false },
  'crash-points': { type: 'boolean', default: false },
  deep: { type: 'string', default: '40' },
  most: { type: 'string', default: '3' },
  jobs: { type: 'string' },
  keep: { type: 'string', default: 'tests/sim/regressions' },
  replay: { type: 'string' },
  plans: { type: 'string' },
  planted: { type: 'boolean', default: false },
  lane: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  /** Said by the pool to its workers. */
  work: { type: 'boolean', default: false },
} as const;

export type Mode =
  | { readonly kind: 'help' | 'work' | 'seeds' | 'crash points' | 'planted' }
  | { readonly kind: 'story'; readonly isTrace: boolean }
  | { readonly kind: 'replay'; readonly file: string }
  | { readonly kind: 'plans'; readonly count: number }
  | { readonly kind: 'lane'; readonly lane: Lane };

export const LANES = ['ci', 'nightly'] as const;
export type Lane = (typeof LANES)[number];

export interface Options {
  readonly mode: Mode;
  readonly worlds: readonly string[];
  /** Null when nothing was said: each mode has its own number. */
  readonly seeds: number | null;
  readonly from: number | null;
  readonly deep: number;
  readonly most: number;
  /** Null: one for each core. */
  readonly jobs: number | null;
  readonly keep: string;
  readonly isJson: boolean;
}

/** Options, or sentences that say what is wrong with them. */
export function readOptions(argv: readonly string[]): Options | readonly string[] {
  const parsed = parse(argv);
  if (typeof parsed === 'string') return [parsed];
  const wrong: string[] = [];
  const whole = (
    name: 'seeds' | 'from' | 'seed' | 'deep' | 'most' | 'jobs' | 'plans',
    least: number,
  ): number | null => {
    const text = parsed[name];
    if (text === undefined) return null;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least) return value;
    wrong.push(`--${name} ${JSON.stringify(text)}: wanted a whole number, at least ${least}`);
    return null;
  };
  const [seed, from] = [whole('seed', 0), whole('from', 0)];
  if (seed !== null && from !== null) wrong.push('--seed and --from: wanted one of them');
  const plans = whole('plans', 1);
  const { world, lane } = parsed;
  if (world !== 'all' && !WORLD_NAMES.some((name) => name === world)) {
    wrong.push(
      `--world ${JSON.stringify(world)}: wanted one of ${WORLD_NAMES.join(', ')}, all${meant(world, WORLD_NAMES)}`,
    );
  }
  if (lane !== undefined && !LANES.some((name) => name === lane)) {
    wrong.push(`--lane ${JSON.stringify(lane)}: wanted one of ${LANES.join(', ')}${meant(lane, LANES)}`);
  }
  const modes: Mode[] = [
    ...(parsed.story || parsed.trace ? [{ kind: 'story' as const, isTrace: parsed.trace }] : []),
    ...(parsed['crash-points'] ? [{ kind: 'crash points' as const }] : []),
    ...(parsed.planted ? [{ kind: 'planted' as const }] : []),
    ...(parsed.replay === undefined ? [] : [{ kind: 'replay' as const, file: parsed.replay }]),
    ...(plans === null ? [] : [{ kind: 'plans' as const, count: plans }]),
    ...(lane === undefined ? [] : [{ kind: 'lane' as const, lane: lane as Lane }]),
  ];
  const [mode = { kind: 'seeds' as const }, second] = modes;
  if (second !== undefined) wrong.push(`${mode.kind} and ${second.kind}: wanted one at a time`);
  const worlds = world === 'all' ? WORLD_NAMES : [world];
  if (mode.kind === 'story' && worlds.length > 1) wrong.push('a story is of one night: name its --world');
  const options: Options = {
    mode: parsed.help ? { kind: 'help' } : parsed.work ? { kind: 'work' } : mode,
    worlds,
    seeds: whole('seeds', 1),
    from: seed ?? from,
    deep: whole('deep', 0) ?? 0,
    most: whole('most', 1) ?? 1,
    jobs: whole('jobs', 1),
    keep: parsed.keep,
    isJson: parsed.json,
  };
  return wrong.length > 0 ? wrong : options;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: FLAGS }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const unknown = /Unknown option '(--?[^']+)'/.exec(message)?.[1];
    return unknown === undefined ? message : `${unknown}: there is no such flag${meant(unknown, Object.keys(FLAGS))}`;
  }
}

function meant(typed: string, known: readonly string[]): string {
  const word = nearest(typed.replace(/^-+/, ''), known);
  return word === undefined ? '' : `; did you mean ${typed.startsWith('-') ? '--' : ''}${word}?`;
}
