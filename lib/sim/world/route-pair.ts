// A pair of feed routes and their switch, as small as the wire allows: the same protocol as the embedded environment.

import { ROUTE_NAMES, type RouteName, type RouteRole } from '../../base/feed-routes.ts';
import { isRecord, own, parseJson } from '../../base/json.ts';
import type { Chance } from './chance.ts';
import type { Network, RemoteReply, RemoteRequest } from './network.ts';
import type { Scheduler } from './scheduler.ts';

export interface SimRoute {
  role: RouteRole;
  epoch: number;
  /** Its process runs and its interface answers. */
  isAlive: boolean;
  /** Since when its session is up; infinite while it is down. */
  upAtMs: number;
  /** Ticks come; false for a stalled feed. */
  ticks: boolean;
  /** Contracts that are missing, of a hundred. */
  missing: number;
}

export interface RoutePair {
  readonly routes: Readonly<Record<RouteName, SimRoute>>;
  readonly control: { active: RouteName | null; epoch: number; isAlive: boolean };
  /** Comes back as standby whatever it was; what it knows of epochs survives. */
  restart(route: RouteName): void;
  kill(route: RouteName): void;
  isOn(route: RouteName): boolean;
  /** Told of every change that a command made. */
  onChange: (change: RouteChange) => void;
}

export interface RouteChange {
  readonly route: RouteName;
  readonly from: RouteRole;
  readonly to: RouteRole;
  readonly epoch: number;
  /** The active route left consumers without a feed knowingly. */
  readonly acceptsGap: boolean;
}

const CONTRACTS = 100;
const LOGIN_MS = [20, 400] as const;

export function createRoutePair(
  scheduler: Scheduler,
  network: Network,
  chance: Chance,
  startWallMs: number,
): RoutePair {
  const routes: Record<RouteName, SimRoute> = { primary: newRoute('primary', 1), backup: newRoute('standby', 1) };
  const control: RoutePair['control'] = { active: 'primary', epoch: 1, isAlive: true };

  const now = (): number => scheduler.nowMs();
  const login = (route: SimRoute): void => {
    route.upAtMs = now() + chance.between(...LOGIN_MS);
  };
  const isUp = (route: SimRoute): boolean => route.isAlive && route.role !== 'off' && now() >= route.upAtMs;

  function setRole(name: RouteName, body: Body, acceptsGap: boolean): object {
    const route = routes[name];
    const [role, epoch] = [own(body, 'role'), own(body, 'epoch')];
    if (typeof epoch !== 'number' || (role !== 'off' && role !== 'standby' && role !== 'primary')) {
      return { accepted: false, reason: 'no role', role: route.role, epoch: route.epoch };
    }
    if (epoch < route.epoch) return { accepted: false, reason: 'stale epoch', role: route.role, epoch: route.epoch };
    const from = route.role;
    route.epoch = epoch;
    route.role = role;
    if (from === 'off' && role !== 'off') login(route);
    pair.onChange({ route: name, from, to: role, epoch, acceptsGap });
    return { accepted: true, role, epoch };
  }

  function stateOf(name: RouteName): object {
    const route = routes[name];
    const active = isUp(route) ? CONTRACTS - route.missing : 0;
    return {
      route: name,
      role: route.role,
      epoch: route.epoch,
      session: isUp(route) ? 'up' : route.role === 'off' ? 'down' : 'logging in',
      session_id: 1,
      expected_total: CONTRACTS,
      active_total: active,
      coverage_ratio: active / CONTRACTS,
      in_parity: isUp(route) && route.missing === 0 && route.ticks,
      time_to_parity_ms: isUp(route) ? 100 : null,
      throughput_mps: isUp(route) && route.ticks ? active * 10 : 0,
      ts: new Date(startWallMs + now()).toISOString(),
    };
  }

  const tell = async (name: RouteName, role: RouteRole, epoch: number, acceptsGap: boolean): Promise<string | null> => {
    try {
      const body = JSON.stringify({ role, epoch, accept_gap: acceptsGap });
      const { status, body: text } = await network.ask('control', `${name}.sim`, '/control/md.route.role', body);
      const answer = status === 200 ? readBody(text) : {};
      return own(answer, 'accepted') === true ? null : `refused by the feed: ${String(own(answer, 'reason'))}`;
    } catch (error) {
      return `route unreachable: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  /** Why the active route is no reason to demote the other one, or null. */
  const lackOf = async (name: RouteName): Promise<string | null> => {
    try {
      const { status, body } = await network.ask('control', `${name}.sim`, '/control/md.route.state', '{}');
      const role = status === 200 ? own(readBody(body), 'role') : undefined;
      if (role === undefined) return 'active route unreachable: no answer we know';
      return role === 'primary' ? null : 'the active route is not primary';
    } catch (error) {
      return `active route unreachable: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  const refuse = (reason: string): object => ({
    accepted: false,
    reason,
    active: control.active,
    epoch: control.epoch,
  });
  const accept = (): object => ({ accepted: true, active: control.active, epoch: control.epoch });

  async function promote(body: Body): Promise<object> {
    const [route, expected, epoch] = [own(body, 'route'), own(body, 'expected_epoch'), Number(own(body, 'epoch'))];
    if (route !== 'primary' && route !== 'backup') return refuse('no route');
    if (expected !== control.epoch || !(epoch > control.epoch)) return refuse('stale epoch');
    const refusal = await tell(route, 'primary', epoch, false);
    // It may have been told all the same, now or later: nobody else may use this epoch.
    if (refusal?.startsWith('route unreachable') === true) control.epoch = epoch;
    if (refusal !== null) return refuse(refusal);
    control.active = route;
    control.epoch = epoch;
    return accept();
  }

  async function demote(body: Body): Promise<object> {
    const [route, epoch, to] = [own(body, 'route'), Number(own(body, 'epoch')), own(body, 'to') ?? 'standby'];
    const acceptsGap = own(body, 'accept_gap') === true;
    if (route !== 'primary' && route !== 'backup') return refuse('no route');
    if (route === control.active) {
      if (!acceptsGap) return refuse('route is active');
      if (!(epoch > control.epoch)) return refuse('stale epoch');
    } else if (epoch !== control.epoch) return refuse('stale epoch');
    else if (control.active !== null && !acceptsGap) {
      const lack = await lackOf(control.active);
      if (lack !== null) return refuse(lack);
    }
    const refusal = await tell(route, to === 'off' ? 'off' : 'standby', epoch, acceptsGap);
    if (refusal !== null) return refuse(refusal);
    if (route === control.active) {
      control.active = null;
      control.epoch = epoch;
    }
    return accept();
  }

  const pair: RoutePair = {
    routes,
    control,
    restart: (name) => {
      const route = routes[name];
      if (route.isAlive) return;
      route.isAlive = true;
      route.role = 'standby';
      login(route);
    },
    kill: (name) => {
      routes[name].isAlive = false;
    },
    isOn: (name) => isUp(routes[name]),
    onChange: () => {},
  };

  for (const name of ROUTE_NAMES) {
    network.connect(`${name}.sim`, (request) => {
      if (!routes[name].isAlive) throw new Error('connection refused');
      const subject = subjectOf(request);
      if (subject === 'md.route.state') return reply(stateOf(name));
      if (subject !== 'md.route.role') return { status: 404, body: '{}' };
      const body = readBody(request.body);
      return reply(setRole(name, body, own(body, 'accept_gap') === true));
    });
  }
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<object>): Promise<RemoteReply> => {
    const next = turn.then(work);
    turn = next.catch(() => {});
    return next.then(reply);
  };
  network.connect('control.sim', (request) => {
    if (!control.isAlive) throw new Error('connection refused');
    const body = readBody(request.body);
    switch (subjectOf(request)) {
      case 'md.route.status':
        return reply({ active: control.active, epoch: control.epoch, ts: '' });
      case 'md.route.promote':
        return inTurn(() => promote(body));
      case 'md.route.demote':
        return inTurn(() => demote(body));
      default:
        return { status: 404, body: '{}' };
    }
  });
  return pair;
}

export function describePair({ routes, control }: RoutePair): string {
  const shown = ROUTE_NAMES.map((name) => {
    const { role, epoch, isAlive } = routes[name];
    return `${name} ${isAlive ? role : 'dead'}@${epoch}`;
  });
  return `consumers follow ${control.active ?? 'nobody'}@${control.epoch}, ${shown.join(', ')}`;
}

type Body = Readonly<Record<string, unknown>>;

function newRoute(role: RouteRole, epoch: number): SimRoute {
  return { role, epoch, isAlive: true, upAtMs: 0, ticks: true, missing: 0 };
}

function subjectOf({ path }: RemoteRequest): string {
  return path.slice('/control/'.length);
}

function readBody(text: string): Body {
  const value = text === '' ? {} : parseJson(text);
  return isRecord(value) ? value : {};
}

function reply(value: object): RemoteReply {
  return { status: 200, body: JSON.stringify(value) };
}
