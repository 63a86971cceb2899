// The demo's own eyes: it asks the environment and the stack directly, never the command that made a claim.

import { CONTROL } from '../../base/control-subjects.ts';
import { isFault } from '../../base/fault.ts';
import { isRecord, own } from '../../base/json.ts';
import type { DemoContext, Place } from './place.ts';

const PROBE_MS = 3_000;
const POLL_MS = 100;

export interface Probes {
  countContracts(): Promise<number>;
  countActive(): Promise<number>;
  /** The route that consumers follow, as the switch says. */
  activeRoute(): Promise<string | null>;
  /** A route's role, or null when it does not answer. */
  roleOf(route: 'primary' | 'backup'): Promise<string | null>;
  /** Every contract of the route is subscribed, has ticked and does not stall, as the route itself says. */
  inParity(route: 'primary' | 'backup'): Promise<boolean>;
  /** Ticks a second as the route's own metrics page says. */
  throughputOf(route: 'primary' | 'backup'): Promise<number>;
  fault(part: 'primary' | 'backup' | 'controlPlane', fault: Readonly<Record<string, unknown>>): Promise<void>;
  /** What an alert receiver was told: paths and bodies. */
  told(receivers: string): Promise<readonly { path: string; body: string }[]>;
  /** Looks until it holds or the time is over. */
  until(isTrue: () => Promise<boolean>, withinMs: number): Promise<boolean>;
}

export function createProbes(ctx: Pick<DemoContext, 'http' | 'clock' | 'signal'>, place: Place): Probes {
  const { http, clock, signal } = ctx;
  const get = async (url: string): Promise<string> =>
    (await http.request({ method: 'GET', url, timeoutMs: PROBE_MS, maxBytes: 8_388_608, signal })).text();
  const ask = async (base: string, subject: string): Promise<Readonly<Record<string, unknown>>> => {
    const url = `${base}/control/${subject}`;
    const request = { method: 'POST', url, body: '{}', timeoutMs: PROBE_MS, maxBytes: 8_388_608, signal } as const;
    const answer = (await http.request({ ...request, isProbe: true })).json();
    return isRecord(answer) ? answer : {};
  };
  const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  return {
    countContracts: async () => listOf(own(await ask(place.urls.controlPlane, CONTROL.contracts), 'symbols')).length,
    countActive: async () => listOf(own(await ask(place.urls.controlPlane, CONTROL.active), 'subscriptions')).length,
    activeRoute: async () => {
      const active = own(await ask(place.urls.controlPlane, CONTROL.switchState), 'active');
      return typeof active === 'string' ? active : null;
    },
    roleOf: async (route) => {
      try {
        return String(own(await ask(place.urls[route], CONTROL.routeState), 'role'));
      } catch (error) {
        if (isFault(error)) return null;
        throw error;
      }
    },
    inParity: async (route) => own(await ask(place.urls[route], CONTROL.routeState), 'in_parity') === true,
    throughputOf: async (route) => {
      const found = /^md_throughput_mps\S* (\S+)$/m.exec(await get(`${place.urls[route]}/metrics`));
      return found === null ? 0 : Number(found[1]);
    },
    fault: async (part, fault) => {
      const url = `${place.urls[part]}/admin/faults`;
      await http.request({ method: 'POST', url, body: JSON.stringify(fault), timeoutMs: PROBE_MS, signal });
    },
    told: async (receivers) => {
      const answer: unknown = JSON.parse(await get(`${receivers}/seen`));
      return listOf(isRecord(answer) ? own(answer, 'seen') : []) as { path: string; body: string }[];
    },
    until: async (isTrue, withinMs) => {
      for (const end = clock.monotonicMs() + withinMs; ; await clock.sleep(POLL_MS, signal)) {
        if (await isTrue()) return true;
        if (clock.monotonicMs() > end) return false;
      }
    },
  };
}
