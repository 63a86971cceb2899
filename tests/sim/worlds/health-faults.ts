// What breaks in a night of the health world, when it begins and when it ends.

import { SYMBOLS } from '../../../lib/sim/world/feed-service.ts';
import type { Lie } from '../../../lib/sim/world/network.ts';
import type { HealthFault, HealthNight } from './health-night.ts';
import type { Scene } from './health-rules.ts';

/** Answers why a remote cannot be reached now, or null. */
export function planHealthFaults(scene: Scene, night: HealthNight): (hostname: string) => Lie | null {
  const { world } = scene;
  const cut = new Map<string, Lie[]>();
  if (night.stays > 0) scene.services.primary.lose(SYMBOLS.slice(0, night.stays), false);
  for (const fault of night.faults) {
    world.at(fault.atMs, () => {
      world.tell(`begins: ${wordsFor(fault)}`);
      begin(scene, fault, cut);
    });
    world.at(Math.min(fault.atMs + fault.forMs, night.lengthMs), () => {
      world.tell(`ends: ${wordsFor(fault)}`);
      end(scene, fault, cut, night);
    });
  }
  return (hostname) => cut.get(hostname)?.at(-1) ?? null;
}

function begin(scene: Scene, fault: HealthFault, cut: Map<string, Lie[]>): void {
  const { world } = scene;
  switch (fault.kind) {
    case 'missing':
      scene.services[fault.target].lose(fault.symbols, fault.isCurable);
      break;
    case 'silent':
      scene.services[fault.target].silence(fault.symbols, fault.isCurable);
      break;
    case 'mood':
      scene.services[fault.target].mood = fault.mood;
      break;
    case 'outage':
      cut.set(fault.remote, [...(cut.get(fault.remote) ?? []), fault.lie]);
      break;
    case 'command fails':
      scene.commandFailsUntilMs = Math.max(scene.commandFailsUntilMs, fault.atMs + fault.forMs);
      break;
    case 'receivers refuse':
      for (const receiver of [scene.pager, scene.chat, scene.gateway]) receiver.refuses = true;
      break;
    case 'wall step':
      scene.steppedMs.set(fault.host, world.scheduler.nowMs());
      world.hosts.get(fault.host)!.stepWall(fault.byMs);
      if (fault.everywhere === true) for (const service of Object.values(scene.services)) service.skewMs += fault.byMs;
      break;
  }
}

function end(scene: Scene, fault: HealthFault, cut: Map<string, Lie[]>, night: HealthNight): void {
  const { world } = scene;
  switch (fault.kind) {
    case 'missing':
    case 'silent':
      scene.services[fault.target].heal(fault.symbols);
      if (night.stays > 0) scene.services.primary.lose(SYMBOLS.slice(0, night.stays), false);
      break;
    case 'mood':
      scene.services[fault.target].mood = null;
      break;
    case 'outage':
      cut.set(
        fault.remote,
        (cut.get(fault.remote) ?? []).filter((lie) => lie !== fault.lie),
      );
      scene.disturbedMs.set(fault.remote, world.scheduler.nowMs());
      break;
    case 'receivers refuse':
      for (const receiver of [scene.pager, scene.chat, scene.gateway]) receiver.refuses = false;
      scene.disturbedMs.set('pagerduty.sim', world.scheduler.nowMs());
      break;
    case 'wall step':
      // NTP sets it right.
      scene.steppedMs.set(fault.host, world.scheduler.nowMs());
      world.hosts.get(fault.host)!.stepWall(-fault.byMs);
      if (fault.everywhere === true) for (const service of Object.values(scene.services)) service.skewMs -= fault.byMs;
      break;
    default:
      break;
  }
}

function wordsFor(fault: HealthFault): string {
  switch (fault.kind) {
    case 'missing':
    case 'silent':
      return `${fault.symbols.length} contracts of ${fault.target} are ${fault.kind}${fault.isCurable ? '' : ', resubscribing does not help'}`;
    case 'mood':
      return `the service of ${fault.target}: ${fault.mood}`;
    case 'outage':
      return `${fault.remote}: ${fault.lie}`;
    case 'wall step':
      return `the wall clock of ${fault.everywhere === true ? 'everybody' : fault.host} is off by ${fault.byMs / 1_000} s`;
    case 'command fails':
      return 'the escalation command fails';
    case 'receivers refuse':
      return 'PagerDuty, Slack and Pushgateway refuse what they are sent';
  }
}
