// Opens the control plane of the live environment with what the configuration says about it.

import { EXIT } from '../base/exit-codes.ts';
import { Fault } from '../base/fault.ts';
import { Secret } from '../base/secret.ts';
import type { ControlPlane } from '../clients/control-plane/control-plane.ts';
import type { Clock } from '../effects/clock.ts';
import type { Files } from '../effects/files.ts';
import type { Http } from '../effects/http.ts';
import type { NatsDetails } from '../effects/nats.ts';
import type { Config } from '../services/config/config.ts';
import type { Remotes } from './remotes.ts';

export interface ControlPlaneParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly files: Files;
  readonly http: Http;
  readonly remotes: Remotes;
  readonly traceparent: () => string;
}

type Credentials = Omit<NatsDetails, 'url' | 'timeoutMs' | 'signal'>;

export type OpenControlPlane = (url?: string, options?: OpenOptions) => Promise<ControlPlane>;

export interface OpenOptions {
  /** Every question is one attempt, and no breaker hears of it: for measuring, where a retry would hide a failure. */
  readonly isMeasured?: boolean;
}

/** Nothing of it is loaded before the first call. */
export function createControlPlaneOpener(parts: ControlPlaneParts): OpenControlPlane {
  return async (url, options) => {
    const { controlPlane, nats } = parts.config.remotes;
    const given = url ?? controlPlane.url ?? nats.url;
    if (given === undefined) {
      throw new Fault(
        'control plane not configured',
        'Cannot ask the live environment: no control plane is configured',
        {
          exit: EXIT.config,
          hint: 'give --control-plane URL, or set NATS_URL',
        },
      );
    }
    const address = nats.tls.required ? given.replace(/^nats:/, 'tls:') : given;
    const { openControlPlane } = await import('../clients/control-plane/open-control-plane.ts');
    const { createNats } = await import('../effects/real-nats.ts');
    return openControlPlane({
      url: address,
      clock: parts.clock,
      nats: createNats(),
      remote:
        options?.isMeasured === true
          ? (await import('../services/remote/single-attempt.ts')).createSingleAttempt(parts.http, 'control-plane')
          : parts.remotes.of('control-plane'),
      credentials: await readCredentials(parts),
      trace: () => ({ traceparent: parts.traceparent() }),
    });
  };
}

async function readCredentials({ config, files }: ControlPlaneParts): Promise<Credentials> {
  const { user, password, token, creds, tls } = config.remotes.nats;
  const read = (path: string): Promise<string> => files.readText(path);
  const hasTls = tls.caFile !== undefined || tls.certFile !== undefined || tls.keyFile !== undefined;
  return {
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(token === undefined ? {} : { token }),
    ...(creds === undefined ? {} : { credentials: creds }),
    ...(hasTls
      ? {
          tls: {
            ...(tls.caFile === undefined ? {} : { trustedIssuers: await read(tls.caFile) }),
            ...(tls.certFile === undefined ? {} : { certificate: await read(tls.certFile) }),
            ...(tls.keyFile === undefined ? {} : { key: new Secret(await read(tls.keyFile), tls.keyFile) }),
          },
        }
      : {}),
  };
}
