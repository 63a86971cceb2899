// Incidents with their escalator and notifier, on a real disk, against stand-ins of PagerDuty and Slack.

import { afterAll, afterEach } from 'vitest';
import { Secret } from '../../lib/base/secret.ts';
import type { IncidentFact } from '../../lib/domain/incidents/incident.ts';
import type { Files } from '../../lib/effects/files.ts';
import type { Locks } from '../../lib/effects/locks.ts';
import { createFiles } from '../../lib/effects/real-files.ts';
import { createHttp } from '../../lib/effects/real-http.ts';
import { createEscalator } from '../../lib/services/incidents/escalate.ts';
import { createIncidents } from '../../lib/services/incidents/incidents.ts';
import { createTurns } from '../../lib/services/incidents/turns.ts';
import type { Sender } from '../../lib/services/notify/notification.ts';
import { createNotifier } from '../../lib/services/notify/notifier.ts';
import { createPagerDutySender } from '../../lib/services/notify/pagerduty.ts';
import { createSlackSender } from '../../lib/services/notify/slack.ts';
import { createDocuments } from '../../lib/services/state/documents.ts';
import { type PagerDutyStandIn, startPagerDuty } from '../../lib/sim/stand-ins/pagerduty.ts';
import { type SlackStandIn, startSlack } from '../../lib/sim/stand-ins/slack.ts';
import { FREE_LOCKS, plainRun } from './plain-run.ts';
import { remoteFor } from './remotes.ts';
import { temporaryDirectories } from './temporary.ts';

const directory = temporaryDirectories('incidents');
const http = createHttp({ transport: 'one-shot' });
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});
afterAll(() => http.close());

export const FAILED: IncidentFact = { kind: 'failed', attempts: 3, severity: 'critical', summary: 'coverage 91 %' };
export const RECOVERED: IncidentFact = { kind: 'recovered', summary: 'coverage 100 %' };

export interface IncidentWorld {
  readonly path: string;
  readonly pagerduty: PagerDutyStandIn;
  readonly slack: SlackStandIn;
  readonly commands: string[];
}

export async function incidentWorld(): Promise<IncidentWorld> {
  const made = { path: directory(), pagerduty: await startPagerDuty(), slack: await startSlack(), commands: [] };
  open.push(made.pagerduty, made.slack);
  return made;
}

/** One run: its own breakers, its own memory, the common disk. */
interface Changes {
  readonly files?: Files;
  readonly patienceMs?: number;
  readonly canPage?: boolean;
  readonly locks?: Locks;
}

const WHO = { run_id: 'r-1', command: 'check-feed-health', operator: 'kim', host: 'h', pid: 1 };

export function incidentRun(w: IncidentWorld, changes: Changes = {}) {
  const run = plainRun(w.path);
  const escalation: Sender = {
    method: 'escalation',
    send: async ({ title }) => {
      w.commands.push(title);
      return { ok: true };
    },
  };
  const senders = [
    createPagerDutySender({
      remote: remoteFor(http, 'pagerduty', 100),
      apiUrl: w.pagerduty.url,
      routingKey: new Secret('k', 'T'),
    }),
    createSlackSender({
      remote: remoteFor(http, 'slack'),
      clock: run.clock,
      webhookUrl: new Secret(w.slack.webhookUrl, 'T'),
      channel: '',
      apiUrl: '',
      places: { get: async () => null, set: async () => undefined },
    }),
    escalation,
  ];
  const configured = changes.canPage === false ? senders.slice(1) : senders;
  const notifier = createNotifier({ ...run, senders: configured, redact: (text) => text });
  const times = { attemptMs: 1_000, commandMs: 1_000, patienceMs: changes.patienceMs ?? 0, pauseMs: 50 };
  const documents = createDocuments(changes.files ?? createFiles(), `${w.path}/state`);
  const incidents = createIncidents({
    ...run,
    documents,
    escalator: createEscalator({ notifier, clock: run.clock, ...times }),
    turns: createTurns({ locks: changes.locks ?? FREE_LOCKS, clock: run.clock, scope: w.path, who: WHO }),
    policy: { pageAfter: 3, updateIntervalMs: 900_000 },
    environment: 'live',
  });
  return { ...run, incidents };
}
