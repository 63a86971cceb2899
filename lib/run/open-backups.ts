// Opens the backups of this state directory, loaded when somebody asks for them; a dry run's only pretend to write.

import { join } from 'node:path';
import { takeSnapshot } from '../clients/prometheus/snapshot.ts';
import { createGzip } from '../effects/gzip.ts';
import { type Backups, createBackups } from '../services/backup/backups.ts';
import type { BackupsParts } from '../services/backup/backups-parts.ts';
import { planBackups } from '../services/backup/planned-backups.ts';
import type { Config } from '../services/config/config.ts';
import { secretNames } from '../services/config/keys.ts';
import type { RunIdentity } from '../services/runs/run-types.ts';
import type { Effects } from './real-effects.ts';
import type { Remotes } from './remotes.ts';

export interface BackupsSetup {
  readonly effects: Effects;
  readonly config: Config;
  readonly identity: RunIdentity;
  readonly remotes: Remotes;
  readonly isDryRun: boolean;
}

export function openBackups({ effects, config, identity, remotes, isDryRun }: BackupsSetup): Backups {
  const { run_id, command, operator, host, pid, environment } = identity;
  const parts: BackupsParts = {
    ...effects,
    gzip: createGzip(),
    stateDir: config.paths.stateDir,
    directory: config.backup.dir,
    profile: environment,
    secretKeys: secretNames(),
    who: { run_id, command, operator, host, pid },
    takeSnapshot: async (dataDirectory, signal) => {
      const { url } = config.remotes.prometheus;
      if (url === undefined) return null;
      // What a snapshot would be made of.
      if (isDryRun) return { directory: dataDirectory, drop: async () => {} };
      const name = await takeSnapshot({ remote: remotes.of('prometheus'), url, signal });
      const directory = join(dataDirectory, 'snapshots', name);
      return { directory, drop: () => effects.files.remove(directory) };
    },
  };
  const backups = createBackups(parts);
  return isDryRun ? planBackups(backups, effects.files) : backups;
}
