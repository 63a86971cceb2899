// Histories that break the invariants of the failover world, one each.

import { EXIT, type ExitCode } from '../../../lib/base/exit-codes.ts';
import type { Host } from '../../../lib/sim/world/host.ts';
import { createRoutePair, type RouteChange, type RoutePair } from '../../../lib/sim/world/route-pair.ts';
import { INTENT } from '../worlds/failover-config.ts';
import { type FailoverRules, RULES, type RunFacts, watchFailover } from '../worlds/failover-rules.ts';
import { judgeSettled } from '../worlds/failover-world.ts';
import { START_WALL_MS, type World } from '../worlds/world.ts';
import type { Checker } from './checker.ts';
import { FRAME_HISTORIES, type FrameRule, HOST, write } from './frame-histories.ts';

const TO_BACKUP: RunFacts = {
  name: 'run-1',
  host: HOST,
  verb: 'to-backup',
  isDryRun: false,
  isAutomatic: false,
  acceptsGap: false,
  strategy: 'promote-first',
  decides: false,
  isAlone: false,
};

interface Scene {
  readonly host: Host;
  readonly pair: RoutePair;
  readonly rules: FailoverRules;
}

function setUp(world: World): Scene {
  const host = world.addHost(HOST);
  const pair = createRoutePair(world.scheduler, world.network, world.chance.fork('routes'), START_WALL_MS);
  return { host, pair, rules: watchFailover(world, pair) };
}

/** What the host sends once its intent is durable. */
function command({ rules }: Scene, subject: 'promote' | 'demote' | 'role', body: object): void {
  const [path, text] = [`/control/md.route.${subject}`, JSON.stringify(body)];
  rules.onRequest(HOST, 'control.sim', { method: 'POST', path, body: text, headers: {}, from: HOST }, null);
}

const promoteBackup = (scene: Scene): void => command(scene, 'promote', { route: 'backup' });
const demotePrimary = (scene: Scene): void => command(scene, 'demote', { route: 'primary' });

function change({ pair }: Scene, what: Pick<RouteChange, 'route' | 'from' | 'to'>): void {
  pair.routes[what.route].role = what.to;
  pair.onChange({ ...what, epoch: pair.routes[what.route].epoch, acceptsGap: false });
}

type History = (scene: Scene, world: World) => void;

function ends(exit: ExitCode, code: string | null, facts: Partial<RunFacts> = {}): History {
  return ({ rules }) => {
    rules.onStart({ ...TO_BACKUP, ...facts });
    rules.onEnd({ ...TO_BACKUP, ...facts }, exit, code);
  };
}

/** The run has begun and its intent is durable. */
function acts(facts: Partial<RunFacts>, then: History): History {
  return (scene, world) => {
    write(scene.host, INTENT, '{}');
    scene.rules.onStart({ ...TO_BACKUP, ...facts });
    then(scene, world);
  };
}

const HISTORIES: { readonly [R in Exclude<keyof typeof RULES, FrameRule>]: History } = {
  oneFeedOn: (scene) => change(scene, { route: 'primary', from: 'primary', to: 'standby' }),
  onePrimary: (scene) => change(scene, { route: 'backup', from: 'standby', to: 'primary' }),
  okMeansDone: ends(EXIT.ok, null),
  refusedMeansUntouched: ({ rules, pair }) => {
    rules.onStart(TO_BACKUP);
    pair.control.active = null;
    rules.onEnd(TO_BACKUP, EXIT.refused, 'parity not proven');
  },
  provenBefore: acts({}, (scene) => {
    scene.pair.routes.backup.ticks = false;
    promoteBackup(scene);
  }),
  intentFirst: (scene) => {
    scene.rules.onStart(TO_BACKUP);
    promoteBackup(scene);
  },
  observer: acts({}, (scene) => {
    for (const route of ['primary', 'backup'] as const) scene.pair.kill(route);
    demotePrimary(scene);
  }),
  budget: acts({ isAutomatic: true }, (scene) => {
    promoteBackup(scene);
    // Consumers were moved there, and somebody has moved them back since.
    for (const active of ['backup', 'primary'] as const) {
      scene.pair.control.active = active;
      demotePrimary(scene);
    }
    scene.rules.onDeath({ ...TO_BACKUP, isAutomatic: true });
    scene.rules.onStart({ ...TO_BACKUP, name: 'run-2', isAutomatic: true });
    promoteBackup(scene);
  }),
  dryRun: acts({ isDryRun: true }, demotePrimary),
  alone: acts({}, (scene) => {
    scene.rules.onStart({ ...TO_BACKUP, name: 'run-2' });
    for (let times = 0; times < 2; times += 1) demotePrimary(scene);
  }),
  frozen: acts({}, (scene) => {
    scene.rules.meddle();
    demotePrimary(scene);
  }),
  works: ends(EXIT.refused, 'no reason', { isAlone: true }),
  noBug: ends(EXIT.bug, 'unexpected'),
  settles: ({ pair }, world) => {
    pair.control.active = null;
    judgeSettled(world, pair);
  },
};

export const FAILOVER_CHECKER: Checker = {
  invariants: Object.values(RULES),
  histories: Object.fromEntries([
    ...Object.entries(HISTORIES).map(([rule, happens]) => [
      RULES[rule as keyof typeof RULES],
      (world: World) => happens(setUp(world), world),
    ]),
    ...Object.entries(FRAME_HISTORIES).map(([rule, happens]) => [
      RULES[rule as FrameRule],
      (world: World) => happens(world, world.addHost(HOST)),
    ]),
  ]),
};
