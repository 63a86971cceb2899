// Retention is loaded when somebody prunes.

import type { Clock } from '../effects/clock.ts';
import type { Files } from '../effects/files.ts';
import type { Config } from '../services/config/config.ts';
import type { NeededParts } from '../services/retention/needed.ts';
import type { Retention } from '../services/retention/retention.ts';

export interface LazyRetentionParts extends NeededParts {
  readonly files: Files;
  readonly clock: Clock;
  readonly config: Config;
  readonly by: string;
}

export function createRetention(parts: LazyRetentionParts): Retention {
  const { paths, retention } = parts.config;
  const made = { ...parts, stateDirectory: paths.stateDir, logDirectory: paths.logDir, policies: retention };
  return {
    prune: async (watch) => (await import('../services/retention/retention.ts')).createRetention(made).prune(watch),
  };
}
