// What this host keeps of a pair whose services know no epochs: the active route, and what each route was told last.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { isRouteName, ROUTE_ROLES, type RouteName, type RouteRole } from '../../base/feed-routes.ts';
import { isRecord, type Json, own } from '../../base/json.ts';
import type { Documents } from '../../services/state/documents.ts';

export interface Told {
  readonly role: RouteRole;
  readonly epoch: number;
}

export interface FenceRecord {
  readonly active: RouteName | null;
  readonly epoch: number;
  /** Null for a route that this host has never told anything. */
  readonly told: Readonly<Record<RouteName, Told | null>>;
}

export interface Fence {
  read(): Promise<FenceRecord>;
  /** Durable when it resolves. */
  write(record: FenceRecord): Promise<void>;
}

const NOTHING: FenceRecord = { active: null, epoch: 0, told: { primary: null, backup: null } };

export function createFence(documents: Documents, environment: string): Fence {
  const name = `failover/fence ${environment}`;
  return {
    read: async () => {
      const found = await documents.read(name);
      const record = found === null ? NOTHING : parseFence(found);
      if (record !== null) return record;
      // Guessing an epoch would be worse than not acting.
      throw new Fault('fence unreadable', `Cannot read the pair's epochs from state "${name}": they are not ours`, {
        exit: EXIT.stateNotWritten,
        hint: 'restore it (mdops backup restore), or write down which route runs and move it away',
      });
    },
    write: (record) => documents.write(name, record as unknown as Json),
  };
}

/** Null for what is no record. */
function parseFence(value: Json): FenceRecord | null {
  if (!isRecord(value)) return null;
  const [active, epoch, told] = ['active', 'epoch', 'told'].map((key) => own(value, key));
  const isOurs = (active === null || isRouteName(active)) && isEpoch(epoch) && isRecord(told);
  if (!isOurs) return null;
  return { active, epoch, told: { primary: parseTold(told['primary']), backup: parseTold(told['backup']) } };
}

function parseTold(value: unknown): Told | null {
  if (!isRecord(value)) return null;
  const role = ROUTE_ROLES.find((name) => name === value['role']);
  return role === undefined || !isEpoch(value['epoch']) ? null : { role, epoch: value['epoch'] };
}

function isEpoch(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
