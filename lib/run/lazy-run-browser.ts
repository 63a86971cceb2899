// The run browser is loaded when somebody looks at runs.

import type { RunBrowser, RunWatch } from '../services/runs/browse.ts';
import { runLockName } from '../services/runs/run-locks.ts';
import type { RunIdentity, RunsEffects } from '../services/runs/run-types.ts';

export function createRunBrowser(effects: RunsEffects, by: RunIdentity): RunBrowser & RunWatch {
  const open = async () => (await import('../services/runs/browse.ts')).createRunBrowser(effects, by);
  return {
    list: async (limit) => (await open()).list(limit),
    read: async (id) => (await open()).read(id),
    abandon: async (id, reason) => (await open()).abandon(id, reason),
    verify: async (onLook) => (await open()).verify(onLook),
    isAlive: (id) => effects.locks.isHeld(runLockName(effects.directory, id)),
  };
}
