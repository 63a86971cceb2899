// Who is there in a night of the health world, before anything happens.

import { createFeedService } from '../../../lib/sim/world/feed-service.ts';
import { createChat, createGateway, createPager } from '../../../lib/sim/world/receivers.ts';
import { CRITICAL_MS } from './health-config.ts';
import { HOSTS } from './health-night.ts';
import type { Scene } from './health-rules.ts';
import { START_WALL_MS, type World } from './world.ts';

export function createScene(world: World): Scene {
  for (const host of HOSTS) world.addHost(host, host === 'ops-2' ? 1.0005 : 1);
  const { scheduler, network } = world;
  const shared = {
    scheduler,
    network,
    startWallMs: START_WALL_MS,
    wallOf: (host: string) => world.hosts.get(host)?.wallMs() ?? START_WALL_MS + scheduler.nowMs(),
    // A little less than what is judged: nobody is blamed for a second.
    criticalMs: CRITICAL_MS - 3_000,
  };
  return {
    world,
    services: {
      primary: createFeedService({ ...shared, name: 'primary' }),
      backup: createFeedService({ ...shared, name: 'backup' }),
    },
    pager: createPager(scheduler, network, 'pagerduty.sim'),
    chat: createChat(scheduler, network, 'slack.sim'),
    gateway: createGateway(network, 'gateway.sim'),
    calls: [],
    runs: new Map(),
    looks: new Map(),
    steppedMs: new Map(),
    disturbedMs: new Map(),
    storedMs: new Map(),
    kept: new Set(),
    commandFailsUntilMs: -1,
    isCut: () => false,
  };
}
