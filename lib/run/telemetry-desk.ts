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

export interface TelemetryDesk {
  records(): Promise<readonly SpoolRecord[]>;
  /** Push groups that the gateway does not have yet. */
  groups(): Promise<readonly WaitingGroup[]>;
  /** `everything`: also the groups that a gateway had and may have lost. */
  flush(everything: boolean, signal: AbortSignal): Promise<FlushReport>;
}
