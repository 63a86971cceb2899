// Who runs what, and what the run store needs of the machine.

import type { Clock } from '../../effects/clock.ts';
import type { Files } from '../../effects/files.ts';
import type { Locks } from '../../effects/locks.ts';

export interface RunIdentity {
  readonly run_id: string;
  readonly command: string;
  readonly verb: string | null;
  readonly environment: string;
  readonly operator: string;
  readonly host: string;
  /** The network namespace: kernel locks are not seen across it. */
  readonly namespace: string;
  readonly pid: number;
  /** Where it was called: the paths in its words start there. */
  readonly cwd: string;
  readonly boot_id: string;
  readonly target: string | null;
  readonly exclusive: boolean;
  readonly argv: readonly string[];
  /** Carried by every process of the run's steps: whoever closes this run ends what it left behind. */
  readonly process_mark: string;
  readonly resumes: string | null;
}

export interface RunsEffects {
  readonly files: Files;
  readonly clock: Clock;
  readonly locks: Locks;
  readonly directory: string;
}
