// The routes over their control planes: every command carries an epoch, and an answer that was lost is looked up.

import { CONTROL, type ControlSubject } from '../../base/control-subjects.ts';
import { ROUTE_NAMES, type RouteName, type Seen, type Situation } from '../../base/feed-routes.ts';
import { METRIC } from '../../base/metric-names.ts';
import type { Clock } from '../../effects/clock.ts';
import { type Read, readGauge, readJsonObject, readRouteStatus, readSwitchState } from './answers.ts';
import type { DemoteWish, Obeyed, RoleWish, Routes, SwitchWish } from './routes.ts';
import type { RouteWire } from './wire.ts';

export interface RoutesDetails {
  readonly switchWire: RouteWire;
  readonly routeWires: Readonly<Record<RouteName, RouteWire>>;
  /** Reads a consumer's metrics page; null when it does not answer. */
  readonly readPage: (url: string) => Promise<string | null>;
  readonly consumers: ReadonlyMap<string, { readonly metricsUrl: string }>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly probeTimeoutMs: number;
  readonly commandTimeoutMs: number;
}

/** Between attempts at a command whose answer did not come. */
const PAUSE_MS = 200;
const ATTEMPTS = 3;

type Answer = Readonly<Record<string, unknown>>;

export function createRoutes(details: RoutesDetails): Routes {
  const { switchWire, routeWires } = details;
  const status: Routes['status'] = async (route) =>
    seen(await ask(details, routeWires[route], CONTROL.routeState, {}, details.probeTimeoutMs), readRouteStatus);
  const readSwitch: Routes['readSwitch'] = async () =>
    seen(await ask(details, switchWire, CONTROL.switchState, {}, details.probeTimeoutMs), readSwitchState);
  return {
    fence: 'by epoch, at the switch and at both routes',
    status,
    readSwitch,
    look: async (): Promise<Situation> => {
      const [state, primary, backup] = await Promise.all([readSwitch(), ...ROUTE_NAMES.map(status)] as const);
      return { switch: state, routes: { primary: primary!, backup: backup! } };
    },
    backlogs: () => readBacklogs(details),
    setRole: (wish) => setRole(details, status, wish),
    promote: (wish) => promote(details, readSwitch, wish),
    demote: (wish) => demote(details, wish),
  };
}

async function setRole(details: RoutesDetails, status: Routes['status'], wish: RoleWish): Promise<Obeyed> {
  const { route, role, epoch } = wish;
  return command(details, async () => {
    const wire = details.routeWires[route];
    const answer = await ask(details, wire, CONTROL.routeRole, { role, epoch }, details.commandTimeoutMs);
    if (!answer.ok) return { kind: 'unreachable', reason: answer.problem };
    if (answer.value['accepted'] === true) return { kind: 'done' };
    // A repeated command may be refused for what its first copy did.
    const now = await status(route);
    if (now.reachable && now.state.role === role && now.state.epoch === epoch) return { kind: 'done' };
    return refusal(answer.value, epoch);
  });
}

async function promote(details: RoutesDetails, readSwitch: Routes['readSwitch'], wish: SwitchWish): Promise<Obeyed> {
  const { route, epoch } = wish;
  const body = { route, expected_epoch: wish.expectedEpoch, epoch };
  let lost: string | null = null;
  return command(details, async () => {
    const answer = await ask(details, details.switchWire, CONTROL.switchPromote, body, details.commandTimeoutMs);
    const isThere = async (): Promise<boolean> => {
      const now = await readSwitch();
      return now.reachable && now.state.active === route && now.state.epoch === epoch;
    };
    if (!answer.ok) return (await isThere()) ? { kind: 'done' } : { kind: 'unreachable', reason: answer.problem };
    if (answer.value['accepted'] === true || (await isThere())) return { kind: 'done' };
    const refused = refusal(answer.value, epoch);
    // The epoch of an attempt that got lost is spent: the second one is stale by the first, not by somebody else.
    if (refused.kind === 'stale' && lost !== null) return { kind: 'refused', reason: lost };
    lost = refused.kind === 'unreachable' ? refused.reason : lost;
    return refused;
  });
}

function demote(details: RoutesDetails, { route, to, epoch, acceptsGap }: DemoteWish): Promise<Obeyed> {
  const body = { route, to, epoch, ...(acceptsGap ? { accept_gap: true } : {}) };
  return command(details, async () => {
    const answer = await ask(details, details.switchWire, CONTROL.switchDemote, body, details.commandTimeoutMs);
    if (!answer.ok) return { kind: 'unreachable', reason: answer.problem };
    return answer.value['accepted'] === true ? { kind: 'done' } : refusal(answer.value, epoch);
  });
}

/** Repeats while nobody answers: every command says the same thing twice at one epoch. */
async function command(details: RoutesDetails, act: () => Promise<Obeyed>): Promise<Obeyed> {
  for (let attempt = 1; ; attempt += 1) {
    const obeyed = await act();
    if (obeyed.kind !== 'unreachable' || attempt === ATTEMPTS) return obeyed;
    await details.clock.sleep(PAUSE_MS * attempt, details.signal);
  }
}

function refusal(answer: Answer, epoch: number): Obeyed {
  const reason = String(answer['reason'] ?? answer['error'] ?? 'it gave no reason').slice(0, 300);
  if (reason.includes('stale') || Number(answer['epoch']) > epoch) return { kind: 'stale', reason };
  return /unreachable/.test(reason) ? { kind: 'unreachable', reason } : { kind: 'refused', reason };
}

async function ask(
  { signal }: RoutesDetails,
  wire: RouteWire,
  subject: ControlSubject,
  body: object,
  timeoutMs: number,
): Promise<Read<Answer>> {
  if (signal.aborted) throw signal.reason;
  const isProbe = subject === CONTROL.routeState || subject === CONTROL.switchState;
  const answer = await wire({ subject, body: JSON.stringify(body), timeoutMs, signal, isProbe });
  // A cancelled run must not read its own cancellation as "the route is dead".
  if (signal.aborted) throw signal.reason;
  return answer.ok ? readJsonObject(answer.body) : answer;
}

function seen<T>(answer: Read<Answer>, read: (answer: Answer) => Read<T>): Seen<T> {
  const found = answer.ok ? read(answer.value) : answer;
  return found.ok ? { reachable: true, state: found.value } : { reachable: false, reason: found.problem };
}

export async function readBacklogs({
  consumers,
  readPage,
}: Pick<RoutesDetails, 'consumers' | 'readPage'>): Promise<Record<string, number | null>> {
  const found: Record<string, number | null> = Object.create(null);
  const read = async (name: string, url: string): Promise<void> => {
    const page = await readPage(url);
    found[name] = page === null ? null : readGauge(page, METRIC.consumerBacklog);
  };
  await Promise.all([...consumers].map(([name, { metricsUrl }]) => read(name, metricsUrl)));
  return found;
}
