// Effects that load something are made when first used: most commands start no child and speak to no remote.

import type { Http } from '../effects/http.ts';
import type { Processes } from '../effects/processes.ts';
import type { HttpOptions } from '../effects/real-http.ts';
import type { ProcessesOptions } from '../effects/real-processes.ts';

export function createLazyProcesses(options: Required<Omit<ProcessesOptions, 'mark'>>): Processes {
  const mark = `${options.random.hex(8)}.`;
  let made: Promise<Processes> | undefined;
  const processes = (): Promise<Processes> => {
    made ??= import('../effects/real-processes.ts').then(({ createProcesses }) =>
      createProcesses({ ...options, mark }),
    );
    return made;
  };
  return {
    run: async (spec) => (await processes()).run(spec),
    runShell: async (line, spec) => (await processes()).runShell(line, spec),
    spawnDetached: async (spec) => (await processes()).spawnDetached(spec),
    isAlive: async (process) => (await processes()).isAlive(process),
    stop: async (process, graceMs) => (await processes()).stop(process, graceMs),
    mark,
    endLeftovers: async (earlier, graceMs) => (await processes()).endLeftovers(earlier, graceMs),
  };
}

export function createLazyHttp(options: HttpOptions): Http {
  let made: Promise<Http> | undefined;
  const http = (): Promise<Http> => {
    made ??= import('../effects/real-http.ts').then(({ createHttp }) => createHttp(options));
    return made;
  };
  return {
    request: async (request) => (await http()).request(request),
    close: async () => {
      await (await made)?.close();
    },
  };
}
