// The whole configuration: every key there is, and the type all other code sees.

import { group, type Infer } from './schema.ts';
import { health, subscription } from './sections/feed-health.ts';
import { backup, log, paths, platform, profile, retention, run, tenant, zone } from './sections/general.ts';
import { components, feeds, sessions } from './sections/live-environment.ts';
import { probes } from './sections/probes.ts';
import { remotes, telemetry } from './sections/remotes.ts';
import { alerting, failover, governor } from './sections/safety.ts';

export const ROOT = group('mdops', {
  profile,
  platform,
  timezone: zone,
  tenant,
  paths,
  backup,
  log,
  run,
  remotes,
  telemetry,
  health,
  subscription,
  governor,
  failover,
  alerting,
  components,
  feeds,
  sessions,
  retention,
  probes,
});

export type Config = Infer<typeof ROOT>;
export type ComponentConfig = Config['components'] extends ReadonlyMap<string, infer C> ? C : never;
export type ProbeConfig = ComponentConfig['ready'];
export type ProbeTarget = Config['probes'] extends ReadonlyMap<string, infer T> ? T : never;
export type RouteName = Config['feeds']['active'];
