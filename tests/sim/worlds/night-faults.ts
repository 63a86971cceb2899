// What breaks in a night of the failover world, when it begins and when it ends.

import { ROUTE_NAMES } from '../../../lib/base/feed-routes.ts';
import type { RoutePair } from '../../../lib/sim/world/route-pair.ts';
import type { FailoverRules } from './failover-rules.ts';
import type { WorldFault } from './night.ts';
import type { World } from './world.ts';

export function planFault(world: World, pair: RoutePair, rules: FailoverRules, fault: WorldFault): void {
  world.at(fault.atMs, () => {
    begin(world, pair, rules, fault);
  });
  world.at(fault.atMs + fault.forMs, () => {
    end(world, pair, rules, fault);
  });
}

function begin(world: World, pair: RoutePair, rules: FailoverRules, fault: WorldFault): void {
  switch (fault.kind) {
    case 'dead':
      world.tell(`${fault.route} dies`);
      pair.kill(fault.route);
      break;
    case 'silent':
      world.tell(`${fault.route} falls silent`);
      pair.routes[fault.route].ticks = false;
      break;
    case 'gap':
      world.tell(`${fault.route} loses 20 of 100 contracts`);
      pair.routes[fault.route].missing = 20;
      break;
    case 'partition':
      world.tell(`${fault.route} is cut off`);
      break;
    case 'two primaries':
      if (!rules.mayMeddle()) return;
      world.tell('somebody makes both routes primary by hand');
      for (const route of ROUTE_NAMES) pair.routes[route].role = 'primary';
      // Whoever does that raises the epochs too, or the routes would not obey.
      pair.routes.primary.epoch = Math.max(pair.routes.primary.epoch, pair.routes.backup.epoch) + 1;
      pair.routes.backup.epoch = pair.routes.primary.epoch + 1;
      rules.meddle();
      break;
    case 'control dead':
      world.tell('the control plane dies');
      pair.control.isAlive = false;
      break;
    case 'wall step':
      world.tell(`the wall clock of ${fault.host} is stepped by ${fault.byMs / 1_000} s`);
      world.hosts.get(fault.host)!.stepWall(fault.byMs);
      return;
  }
  rules.disturb('route' in fault ? fault.route : undefined);
}

function end(world: World, pair: RoutePair, rules: FailoverRules, fault: WorldFault): void {
  switch (fault.kind) {
    case 'dead':
      world.tell(`${fault.route} is back, on stand-by`);
      pair.restart(fault.route);
      break;
    case 'silent':
      pair.routes[fault.route].ticks = true;
      break;
    case 'gap':
      pair.routes[fault.route].missing = 0;
      break;
    case 'control dead':
      pair.control.isAlive = true;
      break;
    default:
      return;
  }
  rules.disturb('route' in fault ? fault.route : undefined);
}
