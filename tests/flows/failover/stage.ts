// A stage for single failover commands: two simulated routes, one host, the shipped frame.

import type { RouteName } from '../../../lib/base/feed-routes.ts';
import type { Answer } from '../../../lib/run/answer.ts';
import { createRoutePair, type RoutePair } from '../../../lib/sim/world/route-pair.ts';
import { command as failover } from '../../../scripts/failover.ts';
import { FAILOVER_YAML } from '../../sim/worlds/failover-config.ts';
import { configOf, runCommand } from '../../sim/worlds/run-command.ts';
import { createWorld, START_WALL_MS, type World } from '../../sim/worlds/world.ts';

export interface Stage {
  readonly pair: RoutePair;
  readonly world: World;
  run(argv: readonly string[], operator?: string): Promise<Answer>;
  /** Commands that reached the routes or the switch. */
  commands(): readonly string[];
  /** So many of the next questions to the route find nobody there. */
  hide(route: RouteName, questions: number): void;
}

const REAL_MS = 8_000;

export async function openStage(yaml = ''): Promise<Stage> {
  const loaded = await configOf(`${FAILOVER_YAML}${yaml}`);
  const world = createWorld({ seed: 7 });
  world.addHost('ops-1');
  const pair = createRoutePair(world.scheduler, world.network, world.chance.fork('routes'), START_WALL_MS);
  const commands: string[] = [];
  const hidden: Record<string, number> = {};
  world.network.lieOf = (from, hostname, { path, body }) => {
    const subject = path.slice('/control/'.length);
    if (from === 'ops-1' && !/state$|status$/.test(subject)) commands.push(`${hostname} ${subject} ${body}`);
    const left = hidden[hostname] ?? 0;
    if (from !== 'ops-1' || left === 0) return null;
    hidden[hostname] = left - 1;
    return 'refused';
  };
  return {
    pair,
    world,
    commands: () => commands,
    hide: (route, questions) => {
      hidden[`${route}.sim`] = questions;
    },
    run: async (argv, operator = 'wang') => {
      const program = world.start({ name: argv.join(' '), host: 'ops-1', operator });
      const played = runCommand(program, failover, [...argv, '--no-input'], loaded, () => {});
      // Virtual time passes quickly, but the first run of each kind loads its modules in real time.
      const lastMs = performance.now() + REAL_MS;
      while (played.answer === null && played.failure === null && performance.now() < lastMs) {
        await world.run(world.scheduler.nowMs() + 20);
      }
      if (played.answer === null) throw new Error(`failover ${argv.join(' ')} did not end: ${String(played.failure)}`);
      return played.answer;
    },
  };
}
