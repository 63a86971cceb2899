// Program: the control plane, over HTTP and, with `--nats URL`, over NATS. `--state-dir DIR [--port N] [--nats URL]`

import { makeContracts } from '../contracts.ts';
import { createControlPlane } from '../control-plane.ts';
import { answerOverNats } from '../nats-answers.ts';
import { hostRole } from '../role-host.ts';

void hostRole(async (host) => {
  const url = host.option('nats');
  let isConnected = url === undefined;
  const role = await createControlPlane({
    ...host,
    contracts: makeContracts(host.contracts),
    fence: host.fence('control-plane'),
    isConnected: () => isConnected,
  });
  if (url === undefined) return role;
  const work = (signal: AbortSignal): Promise<void> =>
    answerOverNats(role, url, host.clock, signal, (connected) => {
      isConnected = connected;
    });
  return { ...role, work };
});
