// Opens a Grafana with the configured credentials; a dry run gets one that only pretends to change.

import { EXIT } from '../base/exit-codes.ts';
import { Fault } from '../base/fault.ts';
import type { Grafana } from '../clients/grafana/kind-client.ts';
import type { Config } from '../services/config/config.ts';
import type { Remotes } from './remotes.ts';

export interface GrafanaParts {
  readonly config: Config;
  readonly remotes: Remotes;
  /** Of the run; asked for when Grafana is. */
  readonly signal: () => AbortSignal;
  readonly isDryRun: boolean;
}

/** Nothing of it is loaded before the first call. */
export function createGrafanaOpener({ config, remotes, signal, isDryRun }: GrafanaParts): () => Promise<Grafana> {
  return async () => {
    const { url, apiTimeoutMs, username, password, token } = config.remotes.grafana;
    if (url === undefined) {
      throw new Fault('grafana not configured', 'Cannot ask Grafana: it has no address', {
        exit: EXIT.config,
        hint: 'give --url or GRAFANA_URL, or set remotes.grafana.url',
      });
    }
    const { openGrafana } = await import('../clients/grafana/open-grafana.ts');
    const { loginHeaders } = await import('../services/remote/login.ts');
    const grafana = openGrafana({
      remote: remotes.of('grafana'),
      url,
      headers: loginHeaders({ username, password, token }),
      timeoutMs: apiTimeoutMs,
      signal: signal(),
    });
    if (!isDryRun) return grafana;
    const { createDryRunGrafana } = await import('../clients/grafana/dry-run-grafana.ts');
    return createDryRunGrafana(grafana);
  };
}
