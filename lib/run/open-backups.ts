// Opens the backups of this state directory: loaded when somebody asks for them.

import { takeSnapshot } from '../clients/prometheus/snapshot.ts';
import { createGzip } from '../effects/gzip.ts';
import { type Backups, createBackups } from '../services/backup/backups.ts';
import type { BackupsParts } from '../services/backup/backups-parts.ts';
import type { Config } from '../services/config/config.ts';
import { secretNames } from '../services/config/keys.ts';
import { loginHeaders } from '../services/remote/login.ts';
import type { RunIdentity } from '../services/runs/run-types.ts';
import type { Effects } from './real-effects.ts';
import type { Remotes } from './remotes.ts';

export interface BackupsSetup {
  readonly effects: Effects;
  readonly config: Config;
  readonly identity: RunIdentity;
  readonly remotes: Remotes;
}

export function openBackups({ effects, config, identity, remotes }: BackupsSetup): Backups {
  const { run_id, command, operator, host, pid, environment } = identity;
  const parts: BackupsParts = {
    ...effects,
    gzip: createGzip(),
    stateDir: config.paths.stateDir,
    directory: config.backup.dir,
    profile: environment,
    secretKeys: secretNames(),
    who: { run_id, command, operator, host, pid },
    takeSnapshot: async (signal) => {
      const { url, ...login } = config.remotes.prometheus;
      if (url === undefined) return null;
      return takeSnapshot({ remote: remotes.of('prometheus'), url, headers: loginHeaders(login), signal });
    },
  };
  return createBackups(parts);
}
