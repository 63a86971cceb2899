// After the last fault: the timers go on, a person opens what automation closed, and then everything must be in order.

import { own } from '../../../lib/base/json.ts';
import { governorFile, incidentFile, STATE, SWITCH_FILE, TARGETS, type Target } from './health-config.ts';
import { check, type HealthAct, type HealthNight, HOSTS, type HostName, order } from './health-night.ts';
import { HEALTH_RULES, hostOf, readDocument, type Scene } from './health-rules.ts';

type Step = (scene: Scene, night: HealthNight) => readonly HealthAct[];

interface Place {
  readonly host: HostName;
  readonly target: Target;
}

function placesOf(night: HealthNight): readonly Place[] {
  const isUsed = (host: HostName, target: Target): boolean =>
    night.acts.some((act) => act.what === 'check' && act.host === host && act.target === target);
  const used = HOSTS.flatMap((host) =>
    TARGETS.filter((target) => isUsed(host, target)).map((target) => ({ host, target })),
  );
  // Where nothing was checked somebody looks all the same.
  return used.length > 0 ? used : [{ host: 'ops-1', target: 'primary' }];
}

const look: Step = (_scene, night) => placesOf(night).map((place) => check(0, place));
const flush: Step = (_scene, night) =>
  [...new Set(placesOf(night).map(({ host }) => host))].map((host) =>
    check(0, { host, what: 'flush', argv: ['--no-input'] }),
  );
const free: Step = (scene, night) => {
  const acts: HealthAct[] = [];
  for (const { host, target } of placesOf(night)) {
    const on = hostOf(scene, host);
    if (readDocument(on, SWITCH_FILE)?.['isOff'] === true) acts.push(order(0, ['on', '--reason', 'quiet'], { host }));
    if (readDocument(on, governorFile('pause', target)) !== null)
      acts.push(order(0, ['resume', target], { host, target }));
    const state = readDocument(on, governorFile('state', target));
    if (state !== null && own(state, 'latch') !== null) acts.push(order(0, ['ack', target], { host, target }));
  }
  return acts;
};

export const HEALTH_DAWN: readonly Step[] = [look, flush, free, look, flush];

export function judgeDawn(scene: Scene, night: HealthNight): void {
  for (const [rule, detail] of findDisorder(scene, night)) scene.world.violate(rule, detail);
}

/** Nothing is left to do: whoever went on looking would find the same. */
export function isInOrder(scene: Scene, night: HealthNight): boolean {
  const waits = [...scene.world.hosts.values()].some(({ disk }) =>
    disk.list(`${STATE}/spool`).some((name) => name.endsWith('.json')),
  );
  return !waits && findDisorder(scene, night).length === 0;
}

function findDisorder(scene: Scene, night: HealthNight): [string, string][] {
  const { pager } = scene;
  const found: [string, string][] = [];
  for (const { host, target } of placesOf(night)) {
    const service = scene.services[target];
    const incident = readDocument(hostOf(scene, host), incidentFile(target));
    const [state, page, ending, id] = ['state', 'page', 'ending', 'id'].map((key) => own(incident ?? {}, key));
    const where = `${target} on ${host}`;
    if (page === 'due' || ending === 'due')
      found.push([HEALTH_RULES.settles, `${where}: ${id} still waits to be told`]);
    // An alert whose key a failing disk kept from being stored is left to people: nobody knows it any more.
    const open = pager
      .open(host)
      .filter(({ key }) => key.includes(`/${target}/`) && !pager.refused.has(key) && scene.kept.has(key));
    if (service.isWell()) {
      if (incident !== null && state !== 'resolved') {
        found.push([HEALTH_RULES.settles, `${where} is well, its incident is ${state}`]);
      }
      if (open.length > 0) found.push([HEALTH_RULES.resolved, `${open[0]!.key} is open, ${where} is well`]);
      continue;
    }
    if (state !== 'open') {
      found.push([HEALTH_RULES.settles, `${where} is broken, its incident is ${state ?? 'not there'}`]);
    }
    const isKnown = pager.alerts.some((alert) => alert.key === id) || pager.refused.has(String(id));
    if (!isKnown) found.push([HEALTH_RULES.paged, `${where} is broken and nobody was paged for ${id}`]);
  }
  return found;
}
