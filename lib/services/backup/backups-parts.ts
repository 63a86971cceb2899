// What backups need of the machine and of the configuration.

import type { Clock } from '../../effects/clock.ts';
import type { Files } from '../../effects/files.ts';
import type { Gzip } from '../../effects/gzip.ts';
import type { Holder, Locks } from '../../effects/locks.ts';
import type { Random } from '../../effects/random.ts';

export interface BackupsParts {
  readonly files: Files;
  readonly gzip: Gzip;
  readonly random: Random;
  readonly clock: Clock;
  readonly locks: Locks;
  readonly stateDir: string;
  /** Where backups lie. */
  readonly directory: string;
  readonly profile: string;
  /** Keys of secrets as they are typed in configuration files. */
  readonly secretKeys: readonly string[];
  readonly who: Omit<Holder, 'age_ms'>;
  /** Of what lies in `dataDirectory`; null without a Prometheus. */
  readonly takeSnapshot: (dataDirectory: string, signal: AbortSignal) => Promise<Snapshot | null>;
}

export interface Snapshot {
  readonly directory: string;
  /** It keeps blocks on the disk that Prometheus has given up: called once it is copied. */
  drop(): Promise<void>;
}
