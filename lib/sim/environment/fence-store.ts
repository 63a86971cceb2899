// What must survive a restart for fencing to hold: the highest epoch seen, and for the switch the active route.

import { ROUTE_NAMES, type RouteName } from '../../base/feed-routes.ts';
import { isRecord } from '../../base/json.ts';
import type { Files } from '../../effects/files.ts';

export interface Fence {
  readonly epoch: number;
  readonly active: RouteName | null;
}

export interface FenceStore {
  read(): Promise<Fence>;
  /** Durable when it resolves. */
  write(fence: Fence): Promise<void>;
}

export function createMemoryFence(): FenceStore {
  let kept: Fence = { epoch: 0, active: null };
  return {
    read: async () => kept,
    write: async (fence) => {
      kept = fence;
    },
  };
}

export function createFileFence(files: Files, path: string): FenceStore {
  return {
    async read() {
      if ((await files.info(path)) === null) return { epoch: 0, active: null };
      const value: unknown = JSON.parse(await files.readText(path));
      if (!isRecord(value) || !Number.isSafeInteger(value['epoch'])) throw new Error(`${path} is no fence`);
      const active = ROUTE_NAMES.find((route) => route === value['active']) ?? null;
      return { epoch: Number(value['epoch']), active };
    },
    write: (fence) => files.replace(path, `${JSON.stringify(fence)}\n`),
  };
}
