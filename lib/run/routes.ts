// Opens the feed routes of the environment; a dry run gets routes that only pretend to obey.

import type { ControlPlane } from '../clients/control-plane/control-plane.ts';
import type { Routes } from '../clients/routes/routes.ts';
import type { Config } from '../services/config/config.ts';
import type { Documents } from '../services/state/documents.ts';
import type { Effects } from './real-effects.ts';

export interface RoutesParts extends Pick<Effects, 'http' | 'clock' | 'processes'> {
  readonly config: Config;
  readonly documents: Documents;
  readonly openControlPlane: (url?: string) => Promise<ControlPlane>;
  /** Of the run; asked for when routes are opened. */
  readonly signal: () => AbortSignal;
  readonly isDryRun: boolean;
}

/** Nothing of it is loaded before the first call. */
export function createRoutesOpener(parts: RoutesParts): () => Promise<Routes> {
  return async () => {
    const { openRoutes } = await import('../clients/routes/open-routes.ts');
    const routes = openRoutes({ ...parts, signal: parts.signal(), nats: await natsIfNeeded(parts.config) });
    if (!parts.isDryRun) return routes;
    const { createDryRunRoutes } = await import('../clients/routes/dry-run-routes.ts');
    return createDryRunRoutes(routes);
  };
}

async function natsIfNeeded({ feeds, remotes }: Config) {
  if (feeds.control === 'commands') return null;
  const urls = [feeds.primary.controlPlane, feeds.backup.controlPlane, remotes.controlPlane.url ?? remotes.nats.url];
  if (!urls.some((url) => url !== undefined && !/^https?:/i.test(url))) return null;
  const { createNats } = await import('../effects/real-nats.ts');
  return createNats();
}
