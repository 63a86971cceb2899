// Incidents on disk and on their way: stored before anything is sent, told once, ended when the target is well.

import { describeError } from '../../base/fault.ts';
import { isRecord, type Json } from '../../base/json.ts';
import {
  decideIncident,
  type Incident,
  type IncidentChange,
  type IncidentFact,
  type IncidentPolicy,
  isHeard,
  withHeard,
} from '../../domain/incidents/incident.ts';
import type { Clock } from '../../effects/clock.ts';
import type { Random } from '../../effects/random.ts';
import type { Log } from '../log/log.ts';
import type { Documents } from '../state/documents.ts';
import type { EscalationDetails, Escalator } from './escalate.ts';
import type { Turns } from './turns.ts';

export interface IncidentReport {
  readonly incident: Incident | null;
  readonly change: IncidentChange;
  /** Methods that took it; empty when nobody had to be told. */
  readonly told: readonly string[];
  readonly problems: readonly string[];
}

export interface Incidents {
  /** What was found about a target. Never throws: an incident that cannot be stored is still told. */
  report(target: string, fact: IncidentFact, details?: EscalationDetails): Promise<IncidentReport>;
  /** Sends what earlier runs could not, once each; for the end of every run. */
  settle(signal: AbortSignal): Promise<readonly string[]>;
  /** A person has closed the page whose end was refused; false when there is none. */
  closedByHand(target: string): Promise<boolean>;
  find(target: string): Promise<Incident | null>;
  list(): Promise<readonly Incident[]>;
  /** Of every environment that this state directory knows. */
  listEverywhere(): Promise<readonly Incident[]>;
}

export interface IncidentsParts {
  readonly documents: Documents;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly escalator: Escalator;
  readonly turns: Turns;
  readonly policy: IncidentPolicy;
  readonly environment: string;
}

/** Longer than one try of a page takes: then it is told all the same. */
const TURN_MS = 5_000;

const EVENT_OF = {
  opened: 'incident_opened',
  updated: 'incident_updated',
  acknowledged: 'incident_updated',
  closed: 'incident_resolved',
  resolved: 'incident_resolved',
} as const;

export function createIncidents(parts: IncidentsParts): Incidents {
  const { documents, environment } = parts;
  const folder = `incidents/${environment}`;
  // A target with slashes is one document, not a path.
  const nameOf = (target: string): string => `${folder}/${encodeURIComponent(target)}`;
  return {
    report: async (target, fact, details = {}) => {
      const name = nameOf(target);
      const giveBack = await parts.turns.take(name, TURN_MS);
      try {
        return await report(parts, name, target, fact, details);
      } finally {
        await giveBack?.();
      }
    },
    settle: async (signal) => {
      const problems: string[] = [];
      for (const name of await namesIn(documents, folder)) {
        if (signal.aborted) break;
        const giveBack = await parts.turns.take(`${folder}/${name}`, 0);
        // Whoever has it is sending what is due.
        if (giveBack === null) continue;
        try {
          problems.push(...(await settleOne(parts, `${folder}/${name}`, signal)));
        } finally {
          await giveBack();
        }
      }
      return problems;
    },
    closedByHand: async (target) => {
      const giveBack = await parts.turns.take(nameOf(target), TURN_MS);
      try {
        const incident = await read(documents, nameOf(target));
        if (incident?.ending !== 'refused') return false;
        await documents.write(nameOf(target), { ...incident, ending: 'accepted' } as unknown as Json);
        return true;
      } finally {
        await giveBack?.();
      }
    },
    find: (target) => read(documents, nameOf(target)),
    list: () => readAll(documents, folder),
    listEverywhere: async () => {
      const folders = await documents.folders('incidents');
      const names = await Promise.all(folders.map((name) => documents.list(`incidents/${name}`)));
      const paths = folders.flatMap((folder, at) => (names[at] ?? []).map((name) => `incidents/${folder}/${name}`));
      return (await Promise.all(paths.map((path) => read(documents, path)))).filter((incident) => incident !== null);
    },
  };
}

async function report(
  parts: IncidentsParts,
  name: string,
  target: string,
  fact: IncidentFact,
  details: EscalationDetails,
): Promise<IncidentReport> {
  const { documents, clock, random, environment, policy, escalator, log } = parts;
  const problems: string[] = [];
  const current = await read(documents, name).catch((error: unknown) => {
    problems.push(describeError(error));
    return null;
  });
  const nowMs = clock.wallMs();
  // The key is known to PagerDuty for ever: time and chance keep two episodes apart.
  const newId = `mdops/${environment}/${target}/${nowMs.toString(36)}-${random.hex(4)}`;
  const decision = decideIncident(current, fact, { environment, target, newId, nowMs }, policy);
  const { incident, change } = decision;
  if (incident === null || change === 'none') return { incident, change, told: [], problems };
  problems.push(...(await store(documents, name, incident)));
  if (change !== 'counted') {
    log.event(EVENT_OF[change], `${change}: ${incident.summary}`, {
      level: change === 'opened' ? 'error' : 'info',
      extra: { incident: incident.id, target, attempts: incident.failed_attempts, observations: incident.observations },
    });
  }
  // Told is who was reached: a run may have died between storing and telling.
  const tells = decision.tells || (incident.state === 'open' && !isHeard(incident));
  if (!tells && incident.page !== 'due' && incident.ending !== 'due') return { incident, change, told: [], problems };
  const result = await escalator.tell(incident, change, tells, details);
  const next = withHeard(result.incident, result.told);
  if (next !== incident) problems.push(...(await store(documents, name, next)));
  return { incident: next, change, told: result.told, problems: [...problems, ...result.problems] };
}

async function settleOne(parts: IncidentsParts, name: string, signal: AbortSignal): Promise<readonly string[]> {
  const incident = await read(parts.documents, name).catch(() => null);
  if (incident === null || (incident.page !== 'due' && incident.ending !== 'due')) return [];
  // Read is not durable: its writer may have died before it was. What is not stored for sure is not sent.
  const problems = await store(parts.documents, name, incident);
  if (problems.length > 0) return problems;
  const result = await parts.escalator.retry(incident, signal);
  const next = withHeard(result.incident, result.told);
  if (next === incident) return result.problems;
  return [...result.problems, ...(await store(parts.documents, name, next))];
}

async function store(documents: Documents, name: string, incident: Incident): Promise<string[]> {
  try {
    await documents.write(name, incident as unknown as Json);
    return [];
  } catch (error) {
    return [describeError(error)];
  }
}

async function read(documents: Documents, name: string): Promise<Incident | null> {
  const value = await documents.read(name);
  if (!isRecord(value) || typeof value['id'] !== 'string' || typeof value['state'] !== 'string') return null;
  return value as unknown as Incident;
}

async function readAll(documents: Documents, folder: string): Promise<readonly Incident[]> {
  const names = await namesIn(documents, folder);
  const found = await Promise.all(names.map((name) => read(documents, `${folder}/${name}`)));
  return found.filter((incident) => incident !== null);
}

async function namesIn(documents: Documents, folder: string): Promise<readonly string[]> {
  return documents.list(folder).catch(() => []);
}
