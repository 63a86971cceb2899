// The governor's memory: budgets are counted durably before an action, orders of people are kept beside them.

import { isRecord } from '../../base/json.ts';
import {
  type Admission,
  admitAction,
  type Budget,
  type Moment,
  type Orders,
  settle,
  type TargetState,
} from '../../domain/governor/governor.ts';
import type { Clock } from '../../effects/clock.ts';
import type { Documents } from '../state/documents.ts';
import { readAcknowledgement, readGlobal, readPause, readTargetState, toJson } from './records.ts';

export interface Governor {
  /** Asks for one action; when it resolves the action is counted, or the refusal latched, on disk. Hold the target's lock. */
  admit(target: string, kind: string, budget: Budget): Promise<Admission>;
  look(target: string): Promise<TargetView>;
  /** Targets that acted, were paused or acknowledged. */
  targets(): Promise<string[]>;
  pause(target: string, forMs: number, reason: string): Promise<void>;
  resume(target: string): Promise<boolean>;
  /** False when nothing is latched. */
  acknowledge(target: string): Promise<boolean>;
  switchAll(isOff: boolean, reason: string): Promise<void>;
}

export interface TargetView {
  readonly state: TargetState;
  readonly orders: Orders;
  readonly now: Moment;
}

export interface GovernorSetup {
  readonly documents: Documents;
  readonly clock: Clock;
  readonly operator: string;
}

const FOLDERS = { state: 'governor/state', pause: 'governor/pause', acknowledgement: 'governor/ack' } as const;
const GLOBAL = 'governor/global';

export function createGovernor({ documents, clock, operator }: GovernorSetup): Governor {
  const now = (): Moment => ({ bootId: clock.bootId(), monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() });
  const read = async (target: string): Promise<{ state: TargetState; orders: Orders }> => ({
    state: readTargetState(await documents.read(`${FOLDERS.state}/${target}`)),
    orders: {
      pause: readPause(await documents.read(`${FOLDERS.pause}/${target}`)),
      acknowledgement: readAcknowledgement(await documents.read(`${FOLDERS.acknowledgement}/${target}`)),
      global: readGlobal(await documents.read(GLOBAL)),
    },
  });
  const write = (name: string, value: object): Promise<void> => documents.write(name, toJson(value));
  return {
    admit: async (target, kind, budget) => {
      const { state, orders } = await read(target);
      const admission = admitAction(state, orders, kind, budget, now());
      await write(`${FOLDERS.state}/${target}`, admission.state);
      return admission;
    },
    look: async (target) => {
      const { state, orders } = await read(target);
      return { state: settle(state, orders, now()), orders, now: now() };
    },
    targets: async () => {
      const lists = await Promise.all(Object.values(FOLDERS).map((folder) => documents.listBelow(folder)));
      return [...new Set(lists.flat())].sort();
    },
    pause: (target, forMs, reason) => write(`${FOLDERS.pause}/${target}`, { at: now(), forMs, reason, by: operator }),
    resume: async (target) => {
      const name = `${FOLDERS.pause}/${target}`;
      const wasPaused = isRecord(await documents.read(name));
      if (wasPaused) await documents.remove(name);
      return wasPaused;
    },
    acknowledge: async (target) => {
      const { state, orders } = await read(target);
      const { latch } = settle(state, orders, now());
      if (latch === null) return false;
      await write(`${FOLDERS.acknowledgement}/${target}`, { latchId: latch.id, at: now(), by: operator });
      return true;
    },
    switchAll: (isOff, reason) => write(GLOBAL, { isOff, at: now(), reason, by: operator }),
  };
}
