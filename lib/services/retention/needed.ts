// Which runs somebody still needs: those of an incident that is not over, of a budget that is latched, of telemetry that waits.

import type { Incident } from '../../domain/incidents/incident.ts';
import type { Governor } from '../governor/governor.ts';
import type { Incidents } from '../incidents/incidents.ts';
import type { Spool } from '../spool/spool.ts';

export interface NeededParts {
  readonly incidents: Pick<Incidents, 'listEverywhere'>;
  readonly governor: Pick<Governor, 'targets' | 'look'>;
  readonly spool: Pick<Spool, 'list'>;
}

export interface KnownRun {
  readonly runId: string;
  readonly stream: string;
  readonly atMs: number;
}

/** Why a run must stay, or null. */
export type WhyNeeded = (run: KnownRun) => string | null;

/** What led to an incident was run before it was opened. */
const BEFORE_MS = 3_600_000;

export async function readNeeds({ incidents, governor, spool }: NeededParts): Promise<WhyNeeded> {
  const since = new Map<string, { readonly ms: number; readonly why: string }>();
  const need = (stream: string, ms: number, why: string): void => {
    const before = since.get(stream);
    if (before === undefined || ms < before.ms) since.set(stream, { ms, why });
  };
  for (const incident of await incidents.listEverywhere()) {
    if (!isUnsettled(incident)) continue;
    const why = `the incident of ${incident.target} is not over`;
    // A failover's runs go by their environment's name, its incidents by the pair's.
    for (const stream of [incident.target, incident.environment]) need(stream, incident.opened_at_ms - BEFORE_MS, why);
  }
  for (const target of await governor.targets()) {
    const { latch } = (await governor.look(target)).state;
    if (latch !== null) need(target, latch.at.wallMs - BEFORE_MS, `the budget of ${target} is latched`);
  }
  const waiting = new Set((await spool.list()).map(({ run_id }) => run_id));
  return ({ runId, stream, atMs }) => {
    if (waiting.has(runId)) return 'its telemetry waits in the spool';
    const needed = since.get(stream);
    return needed === undefined || atMs < needed.ms ? null : needed.why;
  };
}

function isUnsettled({ state, page, ending }: Incident): boolean {
  return (state !== 'resolved' && state !== 'counting') || page === 'due' || ending === 'due';
}
