// A role of the environment as a function from request to answer, whether a socket or a simulator asks.

import { EXPOSITION_TYPE, renderExposition, type Sample } from './exposition.ts';
import type { FaultBoard } from './fault-board.ts';
import type { SimClock } from './sim-clock.ts';

export interface RoleRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

export interface RoleReply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** `never`: the connection stays open without an answer. `dead`: the process ends and the connection is reset. */
export type RoleAnswer = RoleReply | 'never' | 'dead';

export interface Role {
  readonly name: string;
  answer(request: RoleRequest): Promise<RoleAnswer>;
  /** The control subjects alone, as NATS asks them; null: no answer. */
  control(subject: string, body: string): Promise<string | null>;
  /** What it does by itself until cancelled; resolves then. */
  work(signal: AbortSignal): Promise<void>;
}

export interface RoleParts {
  readonly name: string;
  readonly clock: SimClock;
  readonly faults: FaultBoard;
  /** Subject → answer; a thrown error is answered as 400. */
  readonly subjects: Readonly<Record<string, (body: unknown) => Promise<unknown> | unknown>>;
  readonly health: () => { readonly isReady: boolean; readonly detail: Readonly<Record<string, unknown>> };
  readonly samples: () => readonly Sample[];
  readonly work?: (signal: AbortSignal) => Promise<void>;
}

const CONTROL_PATH = '/control/';

export function createRole(parts: RoleParts): Role {
  const { name, clock, faults } = parts;
  return {
    name,
    work: parts.work ?? (async () => {}),
    async answer(request) {
      if (request.path === '/admin/faults') return administer(faults, request);
      // Admin works even when all else hangs: somebody must be able to end a fault.
      const obstacle = await meetFaults(faults, clock);
      if (obstacle !== null) return obstacle;
      if (request.path === '/healthz') {
        const { isReady, detail } = parts.health();
        return json(isReady ? 200 : 503, { status: isReady ? 'ok' : 'not ready', role: name, ...detail });
      }
      if (request.path === '/metrics') {
        return { status: 200, type: EXPOSITION_TYPE, body: renderExposition(parts.samples()) };
      }
      if (request.method !== 'POST' || !request.path.startsWith(CONTROL_PATH))
        return json(404, { error: 'no such path' });
      return answerControl(parts, request.path.slice(CONTROL_PATH.length), request.body);
    },
    async control(subject, body) {
      if ((await meetFaults(faults, clock)) !== null) return null;
      return (await answerControl(parts, subject, body)).body;
    },
  };
}

async function meetFaults(faults: FaultBoard, clock: SimClock): Promise<'never' | 'dead' | null> {
  if (faults.find('die') !== undefined) return 'dead';
  if (faults.find('hang') !== undefined) return 'never';
  const slow = faults.find('slow');
  if (slow !== undefined) await clock.sleep(slow.ms);
  return null;
}

async function answerControl(parts: RoleParts, subject: string, body: string): Promise<RoleReply> {
  const handler = Object.hasOwn(parts.subjects, subject) ? parts.subjects[subject] : undefined;
  if (handler === undefined) return json(404, { error: `no such subject: ${subject}` });
  if (parts.faults.find('source')?.source === 'garbage') {
    return { status: 200, type: 'application/json', body: '{"subscriptions": [' };
  }
  try {
    return json(200, await handler(body === '' ? {} : JSON.parse(body)));
  } catch (error) {
    return json(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function administer(faults: FaultBoard, { method, body }: RoleRequest): RoleAnswer {
  if (method === 'GET') return json(200, { faults: faults.list() });
  if (method === 'DELETE') {
    faults.clear();
    return json(200, { faults: [] });
  }
  try {
    faults.add(JSON.parse(body));
    return json(200, { faults: faults.list() });
  } catch (error) {
    return json(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function json(status: number, value: unknown): RoleReply {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}
