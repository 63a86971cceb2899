// Routes whose services know nothing of roles: brought up, promoted and stopped by configured commands, fenced by a record
// of this host. Commands get the epoch and may compare it; what they cannot refuse is said, not claimed.

import { ROUTE_NAMES, type RouteName, type RouteStatus, type Seen } from '../../base/feed-routes.ts';
import { sanitize } from '../../base/sanitize.ts';
import type { Clock } from '../../effects/clock.ts';
import type { Processes } from '../../effects/processes.ts';
import type { Fence, FenceRecord } from './fence-record.ts';
import type { Evidence } from './route-evidence.ts';
import type { DemoteWish, Obeyed, RoleWish, Routes, SwitchWish } from './routes.ts';

export interface RouteCommands {
  /** Exit 0: it is up. 3, as `systemctl is-active`: it is off. Anything else: it cannot be told. */
  readonly look: readonly string[];
  readonly bringUp: readonly string[];
  readonly stop: readonly string[];
  /** Empty: a route that is up publishes, and consumers take what comes. */
  readonly promote: readonly string[];
  /** To stand-by. Empty: it is stopped. */
  readonly demote: readonly string[];
}

export interface CommandRoutesDetails {
  readonly commands: RouteCommands;
  readonly processes: Pick<Processes, 'run'>;
  readonly fence: Fence;
  readonly evidence: Readonly<Record<RouteName, () => Promise<Evidence | null>>>;
  readonly backlogs: Routes['backlogs'];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly probeTimeoutMs: number;
  readonly startTimeoutMs: number;
  readonly stopTimeoutMs: number;
}

const UP = 0;
const OFF = 3;
const STALE = 77;
// ssh itself failed: the command may have run or not.
const NO_CONNECTION = 255;
const LONGEST_WORDS = 200;

export function createCommandRoutes(details: CommandRoutesDetails): Routes {
  const { fence } = details;
  const status: Routes['status'] = async (route) => lookAt(details, route, await fence.read());
  const readSwitch: Routes['readSwitch'] = async () => {
    const { active, epoch } = await fence.read();
    return { reachable: true, state: { active, epoch } };
  };
  return {
    fence: describeFence(details.commands),
    status,
    readSwitch,
    look: async () => {
      const [state, primary, backup] = await Promise.all([readSwitch(), ...ROUTE_NAMES.map(status)] as const);
      return { switch: state, routes: { primary: primary!, backup: backup! } };
    },
    backlogs: details.backlogs,
    setRole: (wish) => setRole(details, wish),
    promote: (wish) => promote(details, wish),
    demote: (wish) => demote(details, wish),
  };
}

function describeFence({ look: _, ...acting }: RouteCommands): string {
  const silent = Object.entries(acting).flatMap(([name, words]) =>
    words.length === 0 || words.some((word) => word.includes('{epoch}')) ? [] : [NAMES[name as keyof typeof acting]],
  );
  return silent.length === 0
    ? `on this host; on others as far as the commands refuse an older {epoch} with exit ${STALE}`
    : `on this host only. UNFENCED against others: ${silent.join(', ')} ${silent.length === 1 ? 'takes' : 'take'} no {epoch}; move this pair from one host`;
}

const NAMES = { bringUp: 'bring_up', stop: 'stop', promote: 'promote', demote: 'demote' } as const;

async function lookAt(
  details: CommandRoutesDetails,
  route: RouteName,
  record: FenceRecord,
): Promise<Seen<RouteStatus>> {
  const { clock, evidence } = details;
  const presence = await isUp(details, route);
  if (typeof presence === 'string') return { reachable: false, reason: presence };
  const epoch = record.told[route]?.epoch ?? 0;
  const seen = presence ? await evidence[route]() : null;
  const nothing = { expectedTotal: 0, activeTotal: 0, coverageRatio: 0, isInParity: false, throughputMps: 0 };
  return {
    reachable: true,
    state: {
      ...(seen ?? nothing),
      role: presence ? roleOf(details.commands, route, record) : 'off',
      isSessionUp: seen !== null,
      epoch,
      saidAtMs: clock.wallMs(),
      timeToParityMs: null,
    },
  };
}

/** Of a route that is up. Where being up is publishing, only what we brought up ourselves may be called stand-by. */
function roleOf(
  { promote: way }: RouteCommands,
  route: RouteName,
  { active, told }: FenceRecord,
): 'primary' | 'standby' {
  const last = told[route]?.role;
  if (way.length > 0) return last === 'primary' ? 'primary' : 'standby';
  return last === 'standby' && active !== route ? 'standby' : 'primary';
}

/** A sentence when it cannot be told. */
async function isUp(details: CommandRoutesDetails, route: RouteName): Promise<boolean | string> {
  const { processes, commands, probeTimeoutMs, signal } = details;
  const argv = fill(commands.look, { route });
  const result = await processes.run({ argv, timeoutMs: probeTimeoutMs, signal, isProbe: true });
  if (signal.aborted) throw signal.reason;
  if (result.failure === null && !result.timedOut && result.exitCode === UP) return true;
  if (result.failure === null && !result.timedOut && result.exitCode === OFF) return false;
  return `${argv[0]} cannot tell whether it runs: ${whyNot(result)}`;
}

async function setRole(details: CommandRoutesDetails, { route, role, epoch }: RoleWish): Promise<Obeyed> {
  const record = await details.fence.read();
  const toldEpoch = record.told[route]?.epoch ?? 0;
  if (epoch < toldEpoch) return { kind: 'stale', reason: `${route} was told something at epoch ${toldEpoch}` };
  if (role === 'primary') return { kind: 'refused', reason: 'only the switch promotes' };
  const next = { ...record, told: { ...record.told, [route]: { role, epoch } } };
  if (role === 'off') {
    const obeyed = await tellToStop(details, details.commands.stop, { route, epoch });
    if (obeyed.kind === 'done') await details.fence.write(next);
    return obeyed;
  }
  // Before it is up: from its first moment on it is known as a stand-by, whenever this run dies.
  await details.fence.write(next);
  return tell(details, details.commands.bringUp, { route, epoch }, details.startTimeoutMs);
}

async function promote(details: CommandRoutesDetails, wish: SwitchWish): Promise<Obeyed> {
  const { route, epoch, expectedEpoch } = wish;
  const { commands, fence } = details;
  const record = await fence.read();
  if (record.epoch !== expectedEpoch || epoch <= record.epoch) {
    return { kind: 'stale', reason: `epoch ${record.epoch} is in force` };
  }
  const values = { route, epoch, expected_epoch: expectedEpoch };
  const obeyed: Obeyed =
    commands.promote.length === 0
      ? { kind: 'done' }
      : await tell(details, commands.promote, values, details.startTimeoutMs);
  // It may have been obeyed all the same: nobody else may use this epoch.
  if (obeyed.kind === 'unreachable') await fence.write({ ...record, epoch });
  if (obeyed.kind !== 'done') return obeyed;
  await fence.write({ active: route, epoch, told: { ...record.told, [route]: { role: 'primary', epoch } } });
  return obeyed;
}

async function demote(details: CommandRoutesDetails, { route, to, epoch, acceptsGap }: DemoteWish): Promise<Obeyed> {
  const { commands, fence } = details;
  const record = await fence.read();
  const isActive = record.active === route;
  if (isActive && !acceptsGap) return { kind: 'refused', reason: 'route is active' };
  if (isActive ? epoch <= record.epoch : epoch !== record.epoch) {
    return { kind: 'stale', reason: `epoch ${record.epoch} is in force` };
  }
  const staysUp = to === 'standby' && commands.demote.length > 0;
  const obeyed = staysUp
    ? await tell(details, commands.demote, { route, epoch }, details.stopTimeoutMs)
    : await tellToStop(details, commands.stop, { route, epoch });
  // Whatever the command says of itself, an old route that may still publish is not fenced.
  if (obeyed.kind === 'refused') return { kind: 'unreachable', reason: obeyed.reason };
  if (obeyed.kind !== 'done') return obeyed;
  const told = { ...record.told, [route]: { role: staysUp ? 'standby' : 'off', epoch } as const };
  await fence.write({ active: isActive ? null : record.active, epoch, told });
  return obeyed;
}

type Values = Readonly<Record<string, string | number>>;

/** Done is only what is seen to be off. A stop that did not end is not believed: what is going down is not down. */
async function tellToStop(details: CommandRoutesDetails, words: readonly string[], values: Values): Promise<Obeyed> {
  const obeyed = await tell(details, words, values, details.stopTimeoutMs);
  if (obeyed.kind === 'stale' || obeyed.kind === 'unreachable') return obeyed;
  const presence = await isUp(details, values['route'] as RouteName);
  if (presence === false) return { kind: 'done' };
  if (obeyed.kind !== 'done') return obeyed;
  return { kind: 'unreachable', reason: presence === true ? 'it was told to stop and still runs' : presence };
}

async function tell(
  { processes, signal }: CommandRoutesDetails,
  words: readonly string[],
  values: Values,
  timeoutMs: number,
): Promise<Obeyed> {
  const argv = fill(words, values);
  const env = { ACTIVE_FEED: String(values['route']), FAILOVER_EPOCH: String(values['epoch']) };
  const result = await processes.run({ argv, env, timeoutMs, signal });
  if (signal.aborted) throw signal.reason;
  if (result.ok) return { kind: 'done' };
  const reason = `${argv[0]}: ${whyNot(result)}`;
  if (result.exitCode === STALE) return { kind: 'stale', reason };
  return { kind: result.timedOut || result.exitCode === NO_CONNECTION ? 'unreachable' : 'refused', reason };
}

function fill(words: readonly string[], values: Values): [string, ...string[]] {
  const filled = words.map((word) =>
    word.replace(/\{([a-z_]+)\}/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? String(values[name]) : whole,
    ),
  );
  return filled as [string, ...string[]];
}

function whyNot(result: Awaited<ReturnType<Processes['run']>>): string {
  if (result.failure !== null) return result.failure;
  if (result.timedOut) return 'it did not end in time';
  const said = sanitize(result.stderr.tail || result.stderr.head || result.stdout.tail || result.stdout.head);
  const last = said.trim().split('\n').at(-1) ?? '';
  return `exit ${result.exitCode}${last === '' ? '' : `, ${last.slice(0, LONGEST_WORDS)}`}`;
}
