// The control plane: answers the subjects of contract §4 for the active route, and switches routes behind an epoch.

import { CONTROL } from '../../base/control-subjects.ts';
import { ROUTE_NAMES, type RouteName } from '../../base/feed-routes.ts';
import { isRecord } from '../../base/json.ts';
import { createFaultBoard } from './fault-board.ts';
import { listContracts } from './feed.ts';
import type { FenceStore } from './fence-store.ts';
import { createRole, type Role } from './role.ts';
import type { SimClock } from './sim-clock.ts';
import { createWallAnchor } from './wall-anchor.ts';
import type { Promote, RouteState, SwitchAnswer, SwitchState } from './wire.ts';

/** Asks one role; throws in words when there is no answer. */
export type Ask = (role: string, subject: string, body: unknown) => Promise<unknown>;

export interface ControlPlaneOptions {
  readonly clock: SimClock;
  readonly contracts: readonly string[];
  readonly fence: FenceStore;
  readonly ask: Ask;
  /** False while a transport it was told to serve is not connected. */
  readonly isConnected?: () => boolean;
  readonly onEvent?: (event: Readonly<Record<string, unknown>>) => void;
  readonly onDie?: () => void;
}

export async function createControlPlane(options: ControlPlaneOptions): Promise<Role> {
  const { clock, contracts, fence, ask, onEvent = () => {}, onDie = () => {} } = options;
  let { active, epoch } = await fence.read();
  const faults = createFaultBoard(clock, (fault) => {
    onEvent({ event: 'fault', fault: fault.kind });
    if (fault.kind === 'die') onDie();
  });
  const wall = createWallAnchor(clock);
  const commit = async (next: RouteName | null, nextEpoch: number): Promise<void> => {
    await fence.write({ active: next, epoch: nextEpoch });
    active = next;
    epoch = nextEpoch;
    onEvent({ event: 'switch', active, epoch });
  };
  const refuse = (reason: string): SwitchAnswer => ({ accepted: false, reason, active, epoch });
  const command = async (route: RouteName, role: string, given: number): Promise<string | null> => {
    try {
      const answer = await ask(`feed-${route}`, CONTROL.routeRole, { role, epoch: given });
      if (isRecord(answer) && answer['accepted'] === true) return null;
      return `refused by the feed: ${isRecord(answer) ? String(answer['reason']) : 'no answer we know'}`;
    } catch (error) {
      return `route unreachable: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  const promote = async (body: unknown): Promise<SwitchAnswer> => {
    const { route, expected_epoch: expected, epoch: given } = readPromote(body);
    if (expected !== epoch || given <= epoch) return refuse('stale epoch');
    // The feed first: were the switch first, a crash between would send consumers to a feed that publishes nothing.
    const refusal = await command(route, 'primary', given);
    // It may have been told all the same, now or later: nobody else may use this epoch.
    if (refusal?.startsWith('route unreachable') === true) await commit(active, given);
    if (refusal !== null) return refuse(refusal);
    await commit(route, given);
    return { accepted: true, active, epoch };
  };
  const demote = async (body: unknown): Promise<SwitchAnswer> => {
    const { route, epoch: given, to, acceptGap } = readDemote(body);
    if (route === active) {
      if (!acceptGap) return refuse('route is active');
      if (given <= epoch) return refuse('stale epoch');
    } else if (given !== epoch) return refuse('stale epoch');
    // It may come long after it was sent: what consumers follow by now is looked at here, where it is done.
    else if (active !== null && !acceptGap) {
      const state = await look(ask, active);
      if ('unreachable' in state) return refuse(`active route unreachable: ${state.unreachable}`);
      if (state.role !== 'primary') return refuse('the active route is not primary');
    }
    const refusal = await command(route, to, given);
    if (refusal !== null) return refuse(refusal);
    if (route === active) await commit(null, given);
    return { accepted: true, active, epoch };
  };
  const inTurn = createQueue();
  const forward = (subject: string) => async (body: unknown) => {
    if (active === null) throw new Error('no route is active');
    return ask(`feed-${active}`, subject, body);
  };

  return createRole({
    name: 'control-plane',
    clock,
    faults,
    subjects: {
      [CONTROL.contracts]: () => listContracts(wall, contracts, faults.find('source')?.source === 'empty'),
      [CONTROL.active]: async (body) => {
        const source = faults.find('source')?.source;
        if (source === 'error' || source === 'unsupported') return noSubscriptions(wall.now(), source);
        return forward(CONTROL.active)(body).catch((error: Error) =>
          noSubscriptions(wall.now(), 'error', error.message),
        );
      },
      [CONTROL.subscribe]: forward(CONTROL.subscribe),
      [CONTROL.switchState]: async (): Promise<SwitchState> => {
        const states = await Promise.all(ROUTE_NAMES.map((route) => look(ask, route)));
        const routes = Object.fromEntries(states.map((state) => [state.route, state])) as SwitchState['routes'];
        return { active, epoch, routes, ts: wall.now() };
      },
      [CONTROL.switchPromote]: (body) => inTurn(() => promote(body)),
      [CONTROL.switchDemote]: (body) => inTurn(() => demote(body)),
    },
    health: () => ({ isReady: options.isConnected?.() ?? true, detail: { active, epoch } }),
    samples: () => [],
  });
}

function noSubscriptions(ts: string, source: 'error' | 'unsupported', error = 'the gateway does not answer') {
  return { subscriptions: [], total: 0, ts, source, ...(source === 'error' ? { error } : {}) };
}

async function look(ask: Ask, route: RouteName): Promise<RouteState | { route: RouteName; unreachable: string }> {
  try {
    return (await ask(`feed-${route}`, CONTROL.routeState, {})) as RouteState;
  } catch (error) {
    return { route, unreachable: error instanceof Error ? error.message : String(error) };
  }
}

/** One switch after the other: a compare-and-set that two could pass at once would be none. */
function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };
}

function readPromote(body: unknown): Promote {
  const { route, epoch } = readRoute(body);
  const expected = isRecord(body) ? body['expected_epoch'] : undefined;
  if (!Number.isSafeInteger(expected)) throw new Error('wanted a whole expected_epoch');
  return { route, epoch, expected_epoch: Number(expected) };
}

function readDemote(body: unknown): { route: RouteName; epoch: number; to: 'standby' | 'off'; acceptGap: boolean } {
  const { route, epoch } = readRoute(body);
  const { to = 'standby', accept_gap: acceptGap = false } = body as Record<string, unknown>;
  if (to !== 'standby' && to !== 'off') throw new Error('to must be standby or off');
  return { route, epoch, to, acceptGap: acceptGap === true };
}

function readRoute(body: unknown): { route: RouteName; epoch: number } {
  const route = isRecord(body) ? ROUTE_NAMES.find((each) => each === body['route']) : undefined;
  const epoch = isRecord(body) ? body['epoch'] : undefined;
  if (route === undefined || !Number.isSafeInteger(epoch)) throw new Error('wanted a route and a whole epoch');
  return { route, epoch: Number(epoch) };
}
