// Reads what routes and their switch answer; anything half-way is "could not read", never a guess.

import { isRouteName, type RouteStatus, type SwitchState } from '../../base/feed-routes.ts';
import { isRecord, own, parseJson } from '../../base/json.ts';

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

export function readJsonObject(body: Uint8Array): Read<Readonly<Record<string, unknown>>> {
  try {
    const value = parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
    return isRecord(value) ? { ok: true, value } : { ok: false, problem: 'its answer is no JSON object' };
  } catch {
    return { ok: false, problem: 'its answer is no JSON' };
  }
}

const ROLES: ReadonlySet<unknown> = new Set(['off', 'standby', 'primary']);

export function readRouteStatus(answer: Readonly<Record<string, unknown>>): Read<RouteStatus> {
  const role = own(answer, 'role');
  const numbers = ['epoch', 'expected_total', 'active_total', 'coverage_ratio', 'throughput_mps'] as const;
  const broken = numbers.find((key) => !isCount(own(answer, key)));
  if (!ROLES.has(role)) return { ok: false, problem: 'its answer names no known role' };
  if (broken !== undefined) return { ok: false, problem: `its answer has no usable ${broken}` };
  const saidAtMs = Date.parse(String(own(answer, 'ts')));
  if (!Number.isFinite(saidAtMs)) return { ok: false, problem: 'its answer has no time stamp' };
  const timeToParity = own(answer, 'time_to_parity_ms');
  return {
    ok: true,
    value: {
      role: role as RouteStatus['role'],
      isSessionUp: own(answer, 'session') === 'up',
      epoch: Number(own(answer, 'epoch')),
      expectedTotal: Number(own(answer, 'expected_total')),
      activeTotal: Number(own(answer, 'active_total')),
      coverageRatio: Number(own(answer, 'coverage_ratio')),
      isInParity: own(answer, 'in_parity') === true,
      throughputMps: Number(own(answer, 'throughput_mps')),
      saidAtMs,
      timeToParityMs: isCount(timeToParity) ? timeToParity : null,
    },
  };
}

export function readSwitchState(answer: Readonly<Record<string, unknown>>): Read<SwitchState> {
  const [active, epoch] = [own(answer, 'active'), own(answer, 'epoch')];
  if (active !== null && !isRouteName(active)) return { ok: false, problem: 'its answer names no known route' };
  if (!isCount(epoch)) return { ok: false, problem: 'its answer has no usable epoch' };
  return { ok: true, value: { active, epoch } };
}

/** The sum of one gauge on a metrics page, of the series with this label; null when it is not there. */
export function readGauge(page: string, name: string, label = ''): number | null {
  let sum: number | null = null;
  for (const line of page.split('\n')) {
    if (!line.startsWith(name) || !line.includes(label)) continue;
    const found = /^(?:\{[^}]*\})?\s+(\S+)/.exec(line.slice(name.length));
    if (found === null) continue;
    const value = Number(found[1]);
    if (!Number.isFinite(value)) return null;
    sum = (sum ?? 0) + value;
  }
  return sum;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
