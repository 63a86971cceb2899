// Chooses the wire by the address: `nats://` and `tls://`, or `http://` and `https://`.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { Secret } from '../../base/secret.ts';
import type { Clock } from '../../effects/clock.ts';
import type { Nats, NatsDetails } from '../../effects/nats.ts';
import type { Remote } from '../../services/remote/remote.ts';
import { type ControlPlane, createControlPlane } from './control-plane.ts';
import { createHttpWire } from './over-http.ts';
import { createNatsWire } from './over-nats.ts';

export interface ControlPlaneDetails {
  readonly url: string;
  readonly clock: Clock;
  readonly nats: Nats;
  /** Carries http(s); its breaker serves NATS too. */
  readonly remote: Remote;
  readonly credentials?: Omit<NatsDetails, 'url' | 'timeoutMs' | 'signal'>;
  /** For HTTP only, beside the trace. */
  readonly authorization?: Secret;
  readonly trace?: () => Readonly<Record<string, string>>;
}

export function openControlPlane(details: ControlPlaneDetails): ControlPlane {
  const scheme = /^([a-z]+):\/\//i.exec(details.url)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'http':
    case 'https':
      return createControlPlane(httpWire(details));
    case 'nats':
    case 'tls':
      return createControlPlane(natsWire(details));
    default:
      throw new Fault(
        'control plane address invalid',
        'Cannot reach the control plane: its address has no known scheme',
        {
          exit: EXIT.config,
          hint: 'Use nats://host:4222, tls://host:4222, http://host:port or https://host:port.',
        },
      );
  }
}

function httpWire({ url, remote, authorization, trace }: ControlPlaneDetails): ReturnType<typeof createHttpWire> {
  const own = authorization === undefined ? {} : { authorization };
  return createHttpWire({ url, remote, headers: () => ({ ...trace?.(), ...own }) });
}

function natsWire({
  url,
  nats,
  clock,
  remote,
  credentials,
  trace,
}: ControlPlaneDetails): ReturnType<typeof createNatsWire> {
  const details = {
    nats,
    clock,
    server: { ...credentials, url },
    breaker: remote.breaker,
    ...(trace === undefined ? {} : { headers: trace }),
  };
  return createNatsWire(details);
}
