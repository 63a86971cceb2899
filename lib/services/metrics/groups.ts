// The push groups of this host on disk: what the gateway should hold, whether or not it has it.

import { sha256 } from '../../base/digest.ts';
import { isRecord, parseJson } from '../../base/json.ts';
import type { Files } from '../../effects/files.ts';
import type { GroupState } from './fold.ts';
import { groupKey, type MetricGroup } from './series.ts';

export interface GroupStore {
  readAll(): Promise<GroupState[]>;
  write(state: GroupState): Promise<void>;
  /** What was last known of the gateway itself. */
  readGateway(): Promise<GatewayState | null>;
  writeGateway(state: GatewayState): Promise<void>;
}

export interface GatewayState {
  readonly started_at: string;
  readonly checked_at_ms: number;
}

export function emptyGroup(group: MetricGroup): GroupState {
  return { group, series: [], folded: [], pending: false, changed_at_ms: 0 };
}

const SCHEMA = 'mdops.metrics/1';
// No group is named so: theirs end in a digest.
const GATEWAY_FILE = 'gateway.json';

export function createGroupStore(files: Files, directory: string): GroupStore {
  return {
    readAll: async () => {
      const states: GroupState[] = [];
      for (const name of await files.list(directory)) {
        if (!name.endsWith('.json') || name === GATEWAY_FILE) continue;
        const state = parseGroup(await files.readText(`${directory}/${name}`));
        if (state !== null) states.push(state);
      }
      return states;
    },
    write: async (state) => {
      await files.makeDirectory(directory);
      await files.replace(
        `${directory}/${fileName(state.group)}`,
        `${JSON.stringify({ schema: SCHEMA, ...state })}\n`,
        { durable: false },
      );
    },
    readGateway: async () => {
      try {
        const value = parseJson(await files.readText(`${directory}/${GATEWAY_FILE}`));
        return isRecord(value) && typeof value['started_at'] === 'string' ? (value as unknown as GatewayState) : null;
      } catch {
        return null;
      }
    },
    // Lost in a power cut it is asked for again.
    writeGateway: async (state) => {
      await files.makeDirectory(directory);
      await files.replace(`${directory}/${GATEWAY_FILE}`, `${JSON.stringify(state)}\n`, { durable: false });
    },
  };
}

// Targets may hold anything: only a readable beginning of the command and a digest of everything enter the name.
function fileName(group: MetricGroup): string {
  const digest = sha256(groupKey(group)).slice(0, 24);
  return `${group.job.replace(/[^A-Za-z0-9-]/g, '').slice(0, 40)}-${digest}.json`;
}

/** Null for what this version did not write: its counters start again, which Prometheus reads as a reset. */
function parseGroup(text: string): GroupState | null {
  try {
    const value = parseJson(text);
    if (!isRecord(value) || value['schema'] !== SCHEMA || !isRecord(value['group'])) return null;
    return Array.isArray(value['series']) && Array.isArray(value['folded']) ? (value as unknown as GroupState) : null;
  } catch {
    return null;
  }
}
