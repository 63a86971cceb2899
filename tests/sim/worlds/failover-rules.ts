// What must hold in the failover worlds, whatever happens: judged at every change of a route and at every end of a run.

import { EXIT, type ExitCode } from '../../../lib/base/exit-codes.ts';
import { otherRoute, ROUTE_NAMES, type RouteName } from '../../../lib/base/feed-routes.ts';
import { isRecord, parseJson } from '../../../lib/base/json.ts';
import type { Lie, RemoteRequest } from '../../../lib/sim/world/network.ts';
import { describePair, type RouteChange, type RoutePair } from '../../../lib/sim/world/route-pair.ts';
import { INTENT } from './failover-config.ts';
import type { World } from './world.ts';

/** What the frame promises of every command. */
export const FRAME_RULES = {
  ends: 'every run ends',
  noBug: 'no run ends in a bug',
  oneTerminal: 'every run has exactly one terminal record, its last',
  chain: 'the journal chain is whole',
  kept: 'no acknowledged journal record is lost',
  duration: 'durations are never negative',
} as const;

export const RULES = {
  oneFeedOn: 'at least one feed is on',
  onePrimary: 'never two primaries at one epoch',
  okMeansDone: 'reported ok, so the post-condition holds',
  refusedMeansUntouched: 'parity refused, so the old route is untouched',
  provenBefore: 'consumers are switched only to a proven route',
  intentFirst: 'no command before its intent is durable',
  observer: 'nothing is done while both routes look dead',
  budget: 'automatic failovers stay within their budget',
  dryRun: 'a dry run changes nothing',
  alone: 'one state-changing run per target and host',
  frozen: 'two unexplained primaries are touched only when a person has decided',
  works: 'ordinary work ends well',
  ...FRAME_RULES,
  settles: 'after the faults the pair is settled, or frozen until a person decides',
} as const;

/** How long after a fault of the world its consequences may still be on their way. */
const FRESH_MS = 3_000;
/** What these lies are told of arrives, but later than anybody waits. */
const KEPT_BACK: ReadonlySet<Lie> = new Set(['slow', 'delivered late', 'delivered twice']);

export interface FailoverRules {
  /** A fault of the world itself, not of any program. */
  disturb(route?: RouteName): void;
  /** No run is under way or unfinished: what is done by hand now is unexplained. */
  mayMeddle(): boolean;
  /** Somebody has made both routes primary. */
  meddle(): void;
  onRequest(from: string, hostname: string, request: RemoteRequest, lie: Lie | null): void;
  onStart(run: RunFacts): void;
  onEnd(run: RunFacts, exit: ExitCode, code: string | null): void;
  onDeath(run: RunFacts): void;
}

export interface RunFacts {
  readonly name: string;
  readonly host: string;
  readonly verb: string;
  readonly isDryRun: boolean;
  readonly isAutomatic: boolean;
  readonly acceptsGap: boolean;
  readonly strategy: string;
  /** A person says which route to keep. */
  readonly decides: boolean;
  /** Nothing happens in this night but this run. */
  readonly isAlone: boolean;
}

interface Active extends RunFacts {
  readonly sinceMs: number;
  readonly before: { readonly active: RouteName | null; readonly epochs: Readonly<Record<RouteName, number>> };
  readonly hadIntent: boolean;
  commands: number;
  hasSwitched: boolean;
  /** Routes it has asked the switch to promote, in order. */
  readonly promoted: RouteName[];
}

export function watchFailover(world: World, pair: RoutePair): FailoverRules {
  const running = new Map<string, Active>();
  const disturbedMs: Record<RouteName, number> = { primary: -1e9, backup: -1e9 };
  let isMeddled = false;
  const automatic = new Map<string, number[]>();
  let lastForeign: { host: string; atMs: number } = { host: '', atMs: -1e9 };
  let previousForeign = lastForeign;
  let followed = pair.control.active;
  let movedToBackupMs = -1e9;
  /** Who asked for an epoch, when it took effect, and when each host looked last. */
  const askers = new Map<number, Set<string>>();
  const effects: { readonly hosts: ReadonlySet<string>; readonly atMs: number }[] = [];
  const lookedMs = new Map<string, number>();
  /** What the switch told a route and the wire keeps back: since when. */
  const keptBack = new Map<string, number>();
  const now = (): number => world.scheduler.nowMs();
  const isDisturbed = (route: RouteName): boolean => now() - disturbedMs[route] < FRESH_MS;
  const runsOn = (host: string): Active[] => [...running.values()].filter((run) => run.host === host);

  const forgetMeddling = (): void => {
    isMeddled &&= ROUTE_NAMES.every((route) => pair.routes[route].isAlive && pair.routes[route].role === 'primary');
  };
  pair.onChange = (change) => {
    forgetMeddling();
    world.tell(`${change.route} becomes ${change.to} at epoch ${change.epoch}: ${describePair(pair)}`);
    effects.push({ hosts: askers.get(change.epoch) ?? new Set(), atMs: now() });
    if (!isOutlived(change)) judgeChange(world, pair, change, isDisturbed);
  };
  /**
   * The switch had looked and told the route, the wire kept that back, and meanwhile the route that was relied upon
   * died: at this last stretch there is nothing left that could compare.
   */
  const isOutlived = ({ route, epoch, to }: RouteChange): boolean => {
    const sentMs = keptBack.get(`${route} ${epoch} ${to}`);
    return sentMs !== undefined && to !== 'primary' && disturbedMs[otherRoute(route)] >= sentMs;
  };
  /** A command of another host alone took effect after the run's last look: nobody could know. */
  const isOvertaken = ({ host }: RunFacts): boolean =>
    effects.some(({ hosts, atMs }) => atMs >= (lookedMs.get(host) ?? 0) && hosts.size > 0 && !hosts.has(host));

  const judgeCommand = (from: string, hostname: string, { path, body }: RemoteRequest): void => {
    const subject = path.slice('/control/'.length);
    if (subject !== 'md.route.role' && subject !== 'md.route.promote' && subject !== 'md.route.demote') {
      lookedMs.set(from, now());
      return;
    }
    const runs = runsOn(from).filter(({ verb }) => verb !== 'status');
    if (lastForeign.host !== from) previousForeign = lastForeign;
    lastForeign = { host: from, atMs: now() };
    const wish = parseJson(body);
    const epoch = isRecord(wish) ? Number(wish['epoch']) : 0;
    askers.set(epoch, (askers.get(epoch) ?? new Set()).add(from));
    world.tell(`${from} commands ${hostname} ${subject.slice('md.route.'.length)} ${body}`);
    const dry = runs.find(({ isDryRun }) => isDryRun);
    if (dry !== undefined && runs.length === 1) world.violate(RULES.dryRun, `${dry.name} sends ${subject}`);
    const acting = runs.filter(({ isDryRun }) => !isDryRun);
    for (const run of acting) run.commands += 1;
    if (
      acting.length > 1 &&
      acting.every(({ commands }) => commands > 0) &&
      acting.filter((run) => run.hasSwitched || run.commands > 1).length > 1
    ) {
      world.violate(RULES.alone, acting.map(({ name }) => name).join(' and '));
    }
    if (!hasIntent(world, from)) world.violate(RULES.intentFirst, `${from} sends ${subject} ${body}`);
    if (acting.some(({ decides }) => decides)) isMeddled = false;
    if (isMeddled) world.violate(RULES.frozen, `${from} sends ${subject} ${body}`);
    const areLongDead = ROUTE_NAMES.every((route) => !pair.routes[route].isAlive && !isDisturbed(route));
    if (areLongDead) world.violate(RULES.observer, `${from} sends ${subject}`);
    if (subject === 'md.route.promote') judgePromotion(from, body, acting);
  };

  const keepBack = (hostname: string, { path, body }: RemoteRequest): void => {
    const wish = parseJson(body);
    if (!path.endsWith('md.route.role') || !isRecord(wish)) return;
    const key = `${hostname.slice(0, -'.sim'.length)} ${wish['epoch']} ${wish['role']}`;
    // Of several copies the first one: the later ones were sent after another look.
    if (!keptBack.has(key)) keptBack.set(key, now());
  };

  const judgePromotion = (from: string, body: string, acting: readonly Active[]): void => {
    const wish = parseJson(body);
    const to = isRecord(wish) ? (wish['route'] as RouteName) : 'primary';
    const auto = acting.find(({ isAutomatic, hasSwitched }) => isAutomatic && !hasSwitched);
    const mover = acting.find((run) => movesKnowingly(run, to));
    for (const run of acting) {
      run.hasSwitched = true;
      run.promoted.push(to);
    }
    // What only finishes an earlier move is no failover of its own, nor is what an earlier run meant and never did.
    if (auto !== undefined && to === 'backup' && pair.control.active === 'primary') {
      const spent = (automatic.get(from) ?? []).filter((atMs) => now() - atMs < 3_500_000);
      const isSame = auto.hadIntent && movedToBackupMs < (spent.at(-1) ?? -1);
      if (spent.length >= 1 && !isSame) world.violate(RULES.budget, `${auto.name} is the second within the hour`);
      automatic.set(from, [...spent, now()]);
    }
    // Its switch has moved on: this one can only be refused.
    if (isRecord(wish) && Number(wish['expected_epoch']) < pair.control.epoch) return;
    const { ticks, missing, isAlive } = pair.routes[to];
    if (isDisturbed(to) || pair.control.active === to) return;
    if (mover === undefined) return;
    const other = pair.routes[otherRoute(to)];
    // Of two routes with gaps nobody is asked to take the dead one.
    const isBetterElsewhere = other.role === 'primary' && other.ticks && pair.isOn(otherRoute(to));
    if (!isAlive || !ticks || !pair.isOn(to) || (missing > 0 && !mover.acceptsGap && isBetterElsewhere)) {
      world.violate(RULES.provenBefore, `${from} moves consumers to ${to}: ${describePair(pair)}, ${missing} missing`);
    }
  };

  return {
    disturb: (route) => {
      for (const one of route === undefined ? ROUTE_NAMES : [route]) disturbedMs[one] = now();
      forgetMeddling();
    },
    mayMeddle: () => running.size === 0 && [...world.hosts.values()].every(({ disk }) => !disk.has(INTENT)),
    meddle: () => {
      isMeddled = true;
    },
    onRequest: (from, hostname, request, lie) => {
      if (pair.control.active !== followed) {
        followed = pair.control.active;
        if (followed === 'backup') movedToBackupMs = now();
      }
      // Who was lied to cannot know, and leaves records that later explain it.
      if (lie !== null) isMeddled = false;
      if (from !== 'control') judgeCommand(from, hostname, request);
      else if (lie !== null && KEPT_BACK.has(lie)) keepBack(hostname, request);
    },
    onStart: (run) => {
      const epochs = { primary: pair.routes.primary.epoch, backup: pair.routes.backup.epoch };
      running.set(run.name, {
        ...run,
        sinceMs: now(),
        before: { active: pair.control.active, epochs },
        hadIntent: world.hosts.get(run.host)?.disk.has(INTENT) === true,
        commands: 0,
        hasSwitched: false,
        promoted: [],
      });
    },
    onDeath: (run) => {
      running.delete(run.name);
    },
    onEnd: (run, exit, code) => {
      const active = running.get(run.name);
      running.delete(run.name);
      if (active === undefined) return;
      if (exit === EXIT.bug || exit === -1)
        world.violate(RULES.noBug, `${run.name}: ${code ?? 'threw past the frame'}`);
      const isWanted = exit === EXIT.ok || run.verb === 'status' || run.verb === 'reconcile';
      if (run.isAlone && !isWanted) world.violate(RULES.works, `${run.name} (${run.verb}) ends with ${exit}: ${code}`);
      const foreignMs = lastForeign.host === run.host ? previousForeign.atMs : lastForeign.atMs;
      const isQuiet = foreignMs < active.sinceMs && ROUTE_NAMES.every((route) => !isDisturbed(route));
      if (!isQuiet || run.isDryRun) return;
      if (exit === EXIT.ok && !isOvertaken(active)) judgeOk(world, pair, active);
      if (exit === EXIT.refused && code === 'parity not proven' && run.strategy === 'promote-first') {
        const from = otherRoute(run.verb === 'to-primary' ? 'primary' : 'backup');
        if (run.verb.startsWith('to-') && active.before.active === from && !active.hasSwitched) {
          const isSame = pair.control.active === from && pair.routes[from].epoch === active.before.epochs[from];
          if (!isSame) world.violate(RULES.refusedMeansUntouched, `${run.name}: ${describePair(pair)}`);
        }
      }
    },
  };
}

/** A way back out of a failed move asks for nothing; nor does a person who has decided. */
function movesKnowingly({ verb, decides, promoted }: Active, to: RouteName): boolean {
  // A drill that goes again to where it came from a moment ago: its way home has failed.
  const isWayBack = promoted.includes(to) && promoted.at(-1) !== to;
  return (verb === 'drill' && !isWayBack) || verb === `to-${to}` || (verb === 'reconcile' && !decides);
}

function judgeOk(world: World, pair: RoutePair, run: Active): void {
  const want = run.verb === 'to-backup' ? 'backup' : run.verb === 'to-primary' ? 'primary' : null;
  if (run.verb === 'status' || run.isAutomatic) return;
  const active = want ?? pair.control.active;
  const isDone =
    active !== null &&
    pair.control.active === active &&
    pair.routes[active].role === 'primary' &&
    pair.routes[otherRoute(active)].role !== 'primary';
  if (!isDone) world.violate(RULES.okMeansDone, `${run.name} (${run.verb}) ends ok: ${describePair(pair)}`);
  // What was unfinished is reconciled first, and home is where that leads.
  const isHome = run.hadIntent || active === run.before.active;
  if (run.verb === 'drill' && run.before.active !== null && !isHome) {
    world.violate(RULES.okMeansDone, `${run.name}: the drill did not come back: ${describePair(pair)}`);
  }
}

function judgeChange(
  world: World,
  pair: RoutePair,
  change: RouteChange,
  isDisturbed: (route: RouteName) => boolean,
): void {
  const { primary, backup } = pair.routes;
  if (primary.role === 'primary' && backup.role === 'primary' && primary.epoch === backup.epoch) {
    world.violate(RULES.onePrimary, describePair(pair));
  }
  if (change.acceptsGap || change.from !== 'primary' || change.to === 'primary') return;
  const other = otherRoute(change.route);
  const isThere = pair.routes[other].role === 'primary' && (pair.isOn(other) || isDisturbed(other));
  // A route that already gave nothing is no loss.
  if (!isThere && pair.isOn(change.route)) {
    world.violate(RULES.oneFeedOn, `${change.route} stops being primary while ${other} is not: ${describePair(pair)}`);
  }
}

function hasIntent(world: World, host: string): boolean {
  return world.hosts.get(host)?.disk.isDurable(INTENT) === true;
}
