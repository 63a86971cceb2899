// Opens the configured routes and their switch, at HTTP or NATS addresses.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { RouteName } from '../../base/feed-routes.ts';
import type { Clock } from '../../effects/clock.ts';
import type { Http } from '../../effects/http.ts';
import type { Nats, NatsDetails } from '../../effects/nats.ts';
import type { Processes } from '../../effects/processes.ts';
import type { Config } from '../../services/config/config.ts';
import type { Documents } from '../../services/state/documents.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { createNatsWire } from '../control-plane/over-nats.ts';
import { createFence } from './fence-record.ts';
import { createCommandRoutes } from './over-commands.ts';
import { createRoutes, readBacklogs } from './over-control.ts';
import { createEvidence } from './route-evidence.ts';
import type { Routes } from './routes.ts';
import { controlRouteWire, httpRouteWire, type RouteWire } from './wire.ts';

export interface OpenRoutes {
  readonly config: Config;
  readonly processes: Processes;
  readonly documents: Documents;
  readonly openControlPlane: (url?: string) => Promise<ControlPlane>;
  readonly http: Http;
  readonly nats: Nats | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

// A consumer's metrics page is a few hundred kilobytes at most.
const MAX_ANSWER_BYTES = 1_048_576;

export function openRoutes(parts: OpenRoutes): Routes {
  return parts.config.feeds.control === 'commands' ? openCommandRoutes(parts) : openControlRoutes(parts);
}

function openCommandRoutes(parts: OpenRoutes): Routes {
  const { config, clock, signal, processes, documents } = parts;
  const { feeds, failover } = config;
  const { look, bringUp, stop } = feeds.commands;
  const missing = Object.entries({ look, bring_up: bringUp, stop }).find(([, words]) => words.length === 0);
  if (missing !== undefined) throw notConfigured(`feeds.commands.${missing[0]}`, config);
  const readPage = pageReader(parts);
  return createCommandRoutes({
    commands: feeds.commands,
    processes,
    fence: createFence(documents, config.profile),
    evidence: { primary: evidenceOf(parts, 'primary'), backup: evidenceOf(parts, 'backup') },
    backlogs: () => readBacklogs({ consumers: feeds.consumers, readPage }),
    clock,
    signal,
    probeTimeoutMs: failover.probeTimeoutMs,
    startTimeoutMs: failover.startTimeoutMs,
    stopTimeoutMs: failover.stopTimeoutMs,
  });
}

function evidenceOf(parts: OpenRoutes, route: RouteName): ReturnType<typeof createEvidence> {
  const { config, clock, signal } = parts;
  const { controlPlane, metricsUrl, label } = config.feeds[route];
  if (metricsUrl === undefined) throw notConfigured(`feeds.${route}.metrics_url`, config);
  const readPage = pageReader(parts);
  return createEvidence({
    openControlPlane: () => parts.openControlPlane(controlPlane),
    readPage: () => readPage(metricsUrl),
    feedLabel: label,
    clock,
    signal,
    timeoutMs: config.failover.probeTimeoutMs,
    maxTickAgeMs: config.failover.maxTickAgeMs,
  });
}

function openControlRoutes(parts: OpenRoutes): Routes {
  const { config, clock, signal } = parts;
  const { feeds, failover, remotes } = config;
  const timeoutMs = failover.probeTimeoutMs;
  return createRoutes({
    switchWire: openWire(parts, remotes.controlPlane.url ?? remotes.nats.url, 'remotes.control_plane.url'),
    routeWires: { primary: routeWire(parts, 'primary'), backup: routeWire(parts, 'backup') },
    readPage: pageReader(parts),
    consumers: feeds.consumers,
    clock,
    signal,
    probeTimeoutMs: timeoutMs,
    commandTimeoutMs: Math.min(failover.startTimeoutMs, failover.stopTimeoutMs),
  });
}

function pageReader({ http, config, signal }: OpenRoutes): (url: string) => Promise<string | null> {
  const timeoutMs = config.failover.probeTimeoutMs;
  return async (url) => {
    try {
      const answer = await http.request({ method: 'GET', url, timeoutMs, signal, maxBytes: MAX_ANSWER_BYTES });
      return answer.status === 200 ? answer.text() : null;
    } catch {
      return null;
    }
  };
}

function notConfigured(key: string, { profile }: Config): Fault {
  return new Fault('route not configured', `Cannot reach the feed routes: ${key} is not set`, {
    exit: EXIT.config,
    hint: `set ${key} in config/environments/${profile}.yaml`,
  });
}

function routeWire(parts: OpenRoutes, route: RouteName): RouteWire {
  return openWire(parts, parts.config.feeds[route].controlPlane, `feeds.${route}.control_plane`);
}

function openWire(parts: OpenRoutes, url: string | undefined, key: string): RouteWire {
  if (url === undefined) throw notConfigured(key, parts.config);
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
