// What waits for its remote, pages included, and sending it: loaded when the `spool` command asks for it.

import type { Incident } from '../domain/incidents/incident.ts';
import type { FlushReport } from '../services/spool/spool.ts';
import { type Deliveries, flushSpool, groupStore } from './deliver-telemetry.ts';
import type { DuePage, TelemetryDesk } from './telemetry-desk.ts';

export function openTelemetryDesk(parts: Deliveries): TelemetryDesk {
  const desk: TelemetryDesk = {
    pages: async () => (await parts.incidents.list()).flatMap(duePage),
    trouble: (remote) => parts.remotes.lastTrouble(remote),
    records: () => parts.spool.list(),
    groups: async () =>
      (await groupStore(parts).readAll())
        .filter(({ pending }) => pending)
        .map(({ group, changed_at_ms, series }) => ({
          job: group.job,
          environment: group.environment,
          target: group.target ?? null,
          since_ms: changed_at_ms,
          series: series.length,
        })),
    flush: async (everything, signal) => {
      const store = groupStore(parts);
      if (everything) for (const state of await store.readAll()) await store.write({ ...state, pending: true });
      const pages = await sendPages(parts, signal);
      const report = await flushSpool(parts, ['notification', 'metrics', 'annotation'], signal);
      return {
        ...report,
        delivered: report.delivered + pages.delivered,
        kept: report.kept + pages.kept,
        dropped: report.dropped + pages.dropped,
        problems: [...pages.problems, ...report.problems],
      };
    },
  };
  return parts.run.isDryRun ? { ...desk, flush: () => plannedFlush(desk) } : desk;
}

/** A dry run has nobody to send to: what would be sent waits on. */
async function plannedFlush(desk: TelemetryDesk): Promise<FlushReport> {
  const waiting = await Promise.all([desk.pages(), desk.records(), desk.groups()]);
  return { busy: false, delivered: 0, dropped: 0, kept: waiting.flat().length, problems: [] };
}

function duePage({ id, target, summary, page, ending, told_at_ms, updated_at_ms }: Incident): DuePage[] {
  const shared = { target, summary, key: id };
  // An end that is due goes first, and alone.
  if (ending === 'due') return [{ what: 'end of page', since_ms: updated_at_ms, ...shared }];
  return page === 'due' ? [{ what: 'page', since_ms: told_at_ms ?? updated_at_ms, ...shared }] : [];
}

interface SentPages {
  readonly delivered: number;
  readonly kept: number;
  /** Refused for good. */
  readonly dropped: number;
  readonly problems: readonly string[];
}

async function sendPages({ config, incidents }: Deliveries, signal: AbortSignal): Promise<SentPages> {
  const due = (await incidents.list()).flatMap(duePage);
  const canPage = config.remotes.pagerduty.routingKey !== undefined;
  const problems = canPage ? await incidents.settle(signal) : due.length === 0 ? [] : [CANNOT_PAGE];
  const after = new Map((await incidents.list()).map((incident) => [incident.id, incident]));
  const now = due.map(({ what, key }) => {
    const incident = after.get(key);
    return what === 'page' ? incident?.page : incident?.ending;
  });
  const count = (sending: string): number => now.filter((found) => found === sending).length;
  return { delivered: count('accepted'), kept: count('due'), dropped: count('refused'), problems };
}

const CANNOT_PAGE = 'pages wait, and no PagerDuty routing key is configured here (PAGERDUTY_ROUTING_KEY)';
