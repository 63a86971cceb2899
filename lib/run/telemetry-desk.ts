// What waits for its remote, and sending it now: for the `spool` command.

import type { SpoolRecord } from '../services/spool/record.ts';
import type { FlushReport } from '../services/spool/spool.ts';

export interface WaitingGroup {
  readonly job: string;
  readonly environment: string;
  readonly target: string | null;
  readonly since_ms: number;
  readonly series: number;
}

/** A page or its end that PagerDuty has not accepted yet. */
export interface DuePage {
  readonly what: 'page' | 'end of page';
  readonly target: string;
  readonly summary: string;
  readonly since_ms: number;
  readonly key: string;
}

export interface TelemetryDesk {
  pages(): Promise<readonly DuePage[]>;
  /** Of a remote, what it last failed with and how long it is left alone; null when nothing bad is known. */
  trouble(remote: string): Promise<{ readonly reason: string; readonly waitMs: number } | null>;
  records(): Promise<readonly SpoolRecord[]>;
  /** Push groups that the gateway does not have yet. */
  groups(): Promise<readonly WaitingGroup[]>;
  /** Pages too. `everything`: also the groups that a gateway had and may have lost. */
  flush(everything: boolean, signal: AbortSignal): Promise<FlushReport>;
}
