// Opens the configured routes and their switch, at HTTP or NATS addresses.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { RouteName } from '../../base/feed-routes.ts';
import type { Clock } from '../../effects/clock.ts';
import type { Http } from '../../effects/http.ts';
import type { Nats, NatsDetails } from '../../effects/nats.ts';
import type { Config } from '../../services/config/config.ts';
import { createNatsWire } from '../control-plane/over-nats.ts';
import { createRoutes } from './over-control.ts';
import type { Routes } from './routes.ts';
import { controlRouteWire, httpRouteWire, type RouteWire } from './wire.ts';

export interface OpenRoutes {
  readonly config: Config;
  readonly http: Http;
  readonly nats: Nats | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

// A consumer's metrics page is a few hundred kilobytes at most.
const MAX_ANSWER_BYTES = 1_048_576;

export function openRoutes(parts: OpenRoutes): Routes {
  const { config, clock, signal, http } = parts;
  const { feeds, failover, remotes } = config;
  const timeoutMs = failover.probeTimeoutMs;
  return createRoutes({
    switchWire: openWire(parts, remotes.controlPlane.url ?? remotes.nats.url, 'remotes.control_plane.url'),
    routeWires: { primary: routeWire(parts, 'primary'), backup: routeWire(parts, 'backup') },
    readPage: async (url) => {
      try {
        const answer = await http.request({ method: 'GET', url, timeoutMs, signal, maxBytes: MAX_ANSWER_BYTES });
        return answer.status === 200 ? answer.text() : null;
      } catch {
        return null;
      }
    },
    consumers: feeds.consumers,
    clock,
    signal,
    probeTimeoutMs: timeoutMs,
    commandTimeoutMs: Math.min(failover.startTimeoutMs, failover.stopTimeoutMs),
  });
}

function routeWire(parts: OpenRoutes, route: RouteName): RouteWire {
  return openWire(parts, parts.config.feeds[route].controlPlane, `feeds.${route}.control_plane`);
}

function openWire(parts: OpenRoutes, url: string | undefined, key: string): RouteWire {
  if (url === undefined) {
    throw new Fault('route not configured', `Cannot reach the feed routes: ${key} is not set`, {
      exit: EXIT.config,
      hint: `set ${key} in config/environments/${parts.config.profile}.yaml`,
    });
  }
  if (/^https?:/i.test(url)) return httpRouteWire(parts.http, url);
  if (parts.nats === null) {
    throw new Fault('route not configured', `Cannot reach ${key}: NATS is not available to this command`, {
      exit: EXIT.config,
      hint: 'use an http:// address',
    });
  }
  const { nats, clock, config } = parts;
  const wire = createNatsWire({ nats, clock, server: { ...natsCredentials(config), url } });
  return controlRouteWire(wire);
}

function natsCredentials({ remotes: { nats } }: Config): Omit<NatsDetails, 'url' | 'timeoutMs' | 'signal'> {
  return {
    ...(nats.user === undefined ? {} : { user: nats.user }),
    ...(nats.password === undefined ? {} : { password: nats.password }),
    ...(nats.token === undefined ? {} : { token: nats.token }),
    ...(nats.creds === undefined ? {} : { credentials: nats.creds }),
  };
}
