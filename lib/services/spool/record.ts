// What one spooled record is, how many are kept, and their order.

import type { Json } from '../../base/json.ts';

export const SPOOL_KINDS = ['metrics', 'annotation', 'notification'] as const;
export type SpoolKind = (typeof SPOOL_KINDS)[number];

export interface SpoolBounds {
  readonly maxAgeMs: number;
  readonly maxRecords: number;
}

export interface SpoolRecord {
  readonly id: string;
  readonly kind: SpoolKind;
  /** When it happened, on the wall; the order within one boot is by the monotonic clock. */
  readonly at_ms: number;
  readonly boot_id: string;
  readonly monotonic_ms: number;
  readonly run_id: string;
  readonly body: Json;
}

/**
 * Boots in the order of their first record on the wall; within a boot by monotonic time, then by id: the wall clock
 * may be stepped between two records.
 */
export function orderRecords(records: readonly SpoolRecord[]): SpoolRecord[] {
  const bootStart = new Map<string, number>();
  for (const { boot_id, at_ms } of records) {
    bootStart.set(boot_id, Math.min(bootStart.get(boot_id) ?? at_ms, at_ms));
  }
  return [...records].sort((a, b) => {
    if (a.boot_id !== b.boot_id) {
      const byBoot = (bootStart.get(a.boot_id) ?? 0) - (bootStart.get(b.boot_id) ?? 0);
      return byBoot || compare(a.boot_id, b.boot_id);
    }
    return a.monotonic_ms - b.monotonic_ms || compare(a.id, b.id);
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
