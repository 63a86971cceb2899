// The real effects of a run. Those that load something are made when first used.

import type { Clock } from '../effects/clock.ts';
import type { Environment } from '../effects/environment.ts';
import type { Files } from '../effects/files.ts';
import type { Http } from '../effects/http.ts';
import type { Locks } from '../effects/locks.ts';
import type { Processes } from '../effects/processes.ts';
import type { Random } from '../effects/random.ts';
import { createClock } from '../effects/real-clock.ts';
import { createEnvironment } from '../effects/real-environment.ts';
import { createFiles } from '../effects/real-files.ts';
import type { Traffic } from '../effects/real-http.ts';
import { createLocks } from '../effects/real-locks.ts';
import { createRandom } from '../effects/real-random.ts';
import { createSockets } from '../effects/real-sockets.ts';
import { createTerminal } from '../effects/real-terminal.ts';
import type { Sockets } from '../effects/sockets.ts';
import type { Terminal } from '../effects/terminal.ts';
import { createLazyHttp, createLazyProcesses } from './lazy-effects.ts';

export interface Effects {
  readonly clock: Clock;
  readonly random: Random;
  readonly files: Files;
  readonly locks: Locks;
  readonly environment: Environment;
  readonly terminal: Terminal;
  readonly http: Http;
  readonly processes: Processes;
  readonly sockets: Sockets;
}

export function createRealEffects(traffic: Traffic): Effects {
  const clock = createClock();
  const random = createRandom();
  const environment = createEnvironment();
  return {
    clock,
    random,
    files: createFiles(),
    locks: createLocks(clock),
    environment,
    terminal: createTerminal(),
    http: createLazyHttp({ transport: traffic }),
    processes: createLazyProcesses({ clock, random, environment }),
    sockets: createSockets(),
  };
}
