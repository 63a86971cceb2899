// The telemetry desk is loaded when the `spool` command asks for it.

import type { Deliveries } from './deliver-telemetry.ts';
import type { TelemetryDesk } from './telemetry-desk.ts';

export function createTelemetryDesk(parts: Deliveries): TelemetryDesk {
  const load = () => import('./deliver-telemetry.ts');
  return {
    records: () => parts.spool.list(),
    groups: async () =>
      (await (await load()).groupStore(parts).readAll())
        .filter(({ pending }) => pending)
        .map(({ group, changed_at_ms, series }) => ({
          job: group.job,
          environment: group.environment,
          target: group.target ?? null,
          since_ms: changed_at_ms,
          series: series.length,
        })),
    flush: async (everything, signal) => {
      const { flushSpool, groupStore } = await load();
      const store = groupStore(parts);
      if (everything) for (const state of await store.readAll()) await store.write({ ...state, pending: true });
      const canPage = parts.config.remotes.pagerduty.routingKey !== undefined;
      const pages = canPage ? await parts.incidents.settle(signal) : [];
      const report = await flushSpool(parts, ['notification', 'metrics', 'annotation'], signal);
      return { ...report, problems: [...pages, ...report.problems] };
    },
  };
}
