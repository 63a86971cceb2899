// The routes of a dry run: looks are real, commands are only pretended, and later looks show what was pretended.

import type { RouteName, RouteStatus, Seen, SwitchState } from '../../base/feed-routes.ts';
import type { Obeyed, Routes } from './routes.ts';

const DONE: Obeyed = { kind: 'done' };

export function createDryRunRoutes(real: Routes): Routes {
  const roles = new Map<RouteName, Pick<RouteStatus, 'role' | 'epoch'>>();
  let pretended: SwitchState | null = null;
  let looks = 0;

  const status: Routes['status'] = async (route) => pretend(await real.status(route), route);
  const readSwitch: Routes['readSwitch'] = async () =>
    pretended === null ? real.readSwitch() : { reachable: true, state: pretended };

  function pretend(seen: Seen<RouteStatus>, route: RouteName): Seen<RouteStatus> {
    const as = roles.get(route);
    if (as === undefined || !seen.reachable) return seen;
    looks += 1;
    const { state } = seen;
    const isUp = state.isSessionUp && state.role !== 'off';
    // What was never brought up has no parity to show: the real run proves it, the plan only lists it.
    const expectedTotal = Math.max(1, state.expectedTotal);
    const ideal = isUp
      ? {}
      : { isSessionUp: true, coverageRatio: 1, expectedTotal, activeTotal: expectedTotal, isInParity: true };
    const ticks = isUp ? state.throughputMps : Math.max(1, state.throughputMps);
    const saidAtMs = state.saidAtMs + looks;
    return { reachable: true, state: { ...state, ...ideal, ...as, throughputMps: ticks, saidAtMs } };
  }

  return {
    fence: real.fence,
    status,
    readSwitch,
    look: async () => {
      const { routes, switch: state } = await real.look();
      return {
        switch: pretended === null ? state : { reachable: true, state: pretended },
        routes: { primary: pretend(routes.primary, 'primary'), backup: pretend(routes.backup, 'backup') },
      };
    },
    backlogs: () => real.backlogs(),
    setRole: async ({ route, role, epoch }) => {
      roles.set(route, { role, epoch });
      return DONE;
    },
    promote: async ({ route, epoch }) => {
      roles.set(route, { role: 'primary', epoch });
      pretended = { active: route, epoch };
      return DONE;
    },
    demote: async ({ route, to, epoch }) => {
      roles.set(route, { role: to, epoch });
      const now = await readSwitch();
      // The active one, stopped first: the switch spends an epoch on it.
      if (now.reachable && now.state.active === route) pretended = { active: null, epoch };
      return DONE;
    },
  };
}
