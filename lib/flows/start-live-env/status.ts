// `status`: one look at every component and one probe of each, all at once; changes nothing.

import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import { ROUTE_NAMES, type RouteName } from '../../base/feed-routes.ts';
import type { Paint } from '../../base/paint.ts';
import { oneLine } from '../../base/sanitize.ts';
import { tableLines } from '../../base/table.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import type { Component } from './component.ts';
import { type LiveEnvironment, openEnvironment } from './environment.ts';
import { hasSwitch } from './follow.ts';
import { probeOnce } from './probe.ts';

type State = 'ready' | 'not ready' | 'stopped' | 'standby';

interface Row {
  readonly name: string;
  readonly driver: string;
  readonly route: RouteName | null;
  readonly state: State;
  readonly detail: string;
}

export async function status(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const environment = await openEnvironment(ctx, invocation);
  const [looked, followed] = await Promise.all([
    Promise.all([...environment.all.values()].map((component) => look(ctx, environment, component))),
    hasSwitch(ctx) ? followedRoutes(ctx) : null,
  ]);
  const active = followed ?? activeRoutes(looked);
  // Of two routes one may rest, as long as the other works.
  const rows = looked.map((row) =>
    row.state === 'stopped' && row.route !== null && active.length > 0 && !active.includes(row.route)
      ? { ...row, state: 'standby' as const }
      : row,
  );
  const bad = rows.filter(({ state }) => state === 'not ready' || state === 'stopped');
  const exit = verdict(rows, bad, active, followed !== null);
  const summary = describe(environment.profile, rows, bad, active);
  return {
    exit,
    summary,
    report: {
      schema: 'mdops.live-env-status/1',
      environment: environment.profile,
      active_routes: active,
      components: rows.map((row) => ({ ...row })),
    },
    view: (paint, columns) => [
      ...viewRows(rows, paint, columns),
      '',
      paintExit(paint, exit)(summary),
      ...(bad.length === 0
        ? []
        : [`next: mdops start-live-env start${rows.length === bad.length ? '' : ' brings up what is missing'}`]),
    ],
  };
}

async function look(ctx: Context, { drivers, fillings }: LiveEnvironment, component: Component): Promise<Row> {
  const [presence, readiness] = await Promise.all([
    drivers[component.driver].look(component, ctx.signal),
    probeOnce(ctx, component.ready, fillings, ctx.signal),
  ]);
  const { primary, backup } = ctx.config.feeds;
  const route = primary.components.includes(component.name)
    ? 'primary'
    : backup.components.includes(component.name)
      ? 'backup'
      : null;
  // Commands of its own tell nobody whether it runs: what does not answer is taken for stopped.
  const isStopped = presence === 'stopped' || component.driver === 'command';
  const state = readiness.isReady ? 'ready' : isStopped ? 'stopped' : 'not ready';
  return { name: component.name, driver: component.driver, route, state, detail: readiness.detail };
}

function activeRoutes(rows: readonly Row[]): readonly RouteName[] {
  return ROUTE_NAMES.filter((route) => rows.some((row) => row.route === route && row.state === 'ready'));
}

/** Where there is a switch: the route it names, if that one really publishes. */
async function followedRoutes(ctx: Context): Promise<readonly RouteName[]> {
  const seen = await (await ctx.openRoutes()).look();
  return ROUTE_NAMES.filter((route) => {
    const status = seen.routes[route];
    return status.reachable && status.state.role === 'primary';
  });
}

function verdict(
  rows: readonly Row[],
  bad: readonly Row[],
  active: readonly string[],
  hasSwitchToTell: boolean,
): ExitCode {
  const hasRoutes = hasSwitchToTell || rows.some(({ route }) => route !== null);
  if (bad.length > 0 || (hasRoutes && active.length === 0)) return EXIT.critical;
  return active.length === 2 ? EXIT.warning : EXIT.ok;
}

function describe(profile: string, rows: readonly Row[], bad: readonly Row[], active: readonly string[]): string {
  const routes = `; active route: ${active.length === 0 ? 'none' : active.join(' and ')}`;
  if (bad.length === 0) return `${profile}: all ${rows.length} components as they should be${routes}`;
  if (bad.length === rows.length && bad.every(({ state }) => state === 'stopped')) return `${profile}: stopped`;
  const named = bad.slice(0, NAMED).map(({ name, state }) => `${name} ${state}`);
  const more = bad.length > NAMED ? ` and ${bad.length - NAMED} more` : '';
  return `${profile}: ${bad.length} of ${rows.length} components are not as they should be: ${named.join(', ')}${more}${routes}`;
}

const NAMED = 3;

const STATE_PAINT = {
  ready: (paint) => paint.good,
  'not ready': (paint) => paint.bad,
  stopped: (paint) => paint.bad,
  standby: (paint) => paint.faint,
} satisfies Record<State, (paint: Paint) => (text: string) => string>;

function viewRows(rows: readonly Row[], paint: Paint, columns: number): readonly string[] {
  const heads = [{ title: 'COMPONENT' }, { title: 'DRIVER' }, { title: 'STATE' }, { title: 'SEEN', cuts: true }];
  const cells = rows.map(({ name, driver, state, detail }) => [
    name,
    driver,
    STATE_PAINT[state](paint)(state),
    oneLine(detail),
  ]);
  return tableLines(heads, cells, columns);
}

function paintExit(paint: Paint, exit: ExitCode): (text: string) => string {
  return exit === EXIT.ok ? paint.good : exit === EXIT.warning ? paint.warn : paint.bad;
}
