// One incident per target and episode: when it opens, pages, is updated and ends. Decisions only.

export type IncidentSeverity = 'critical' | 'warning';
/** `counting`: failing, but not often enough yet. `closed`: a person ended it while it still failed. */
export type IncidentState = 'counting' | 'open' | 'acknowledged' | 'closed' | 'resolved';
/** `due` is durable before anything is sent: whoever runs next sends it, with the same key. */
export type Sending = 'not due' | 'due' | 'accepted' | 'refused';

export interface Incident {
  /** The dedup key: the same for everything that is ever sent about this episode. */
  readonly id: string;
  readonly environment: string;
  readonly target: string;
  readonly severity: IncidentSeverity;
  readonly summary: string;
  readonly state: IncidentState;
  readonly page: Sending;
  /** The page's end. */
  readonly ending: Sending;
  readonly failed_attempts: number;
  readonly observations: number;
  readonly opened_at_ms: number;
  readonly updated_at_ms: number;
  /** When people were last told. */
  readonly told_at_ms: number | null;
  /** Somebody was reached, by whatever way. Absent where an earlier mdops wrote it: then telling counts. */
  readonly heard?: boolean;
  /** Who acknowledged or closed it. */
  readonly by: string | null;
}

export interface IncidentPolicy {
  /** Failed remediations after which somebody is paged. */
  readonly pageAfter: number;
  readonly updateIntervalMs: number;
}

export type IncidentFact =
  | {
      readonly kind: 'failed';
      /** Remediations that did not help. */
      readonly attempts: number;
      readonly severity: IncidentSeverity;
      readonly summary: string;
      /** Nothing can be tried, or must not be: page at once. */
      readonly pageNow?: boolean;
    }
  | { readonly kind: 'recovered'; readonly summary: string }
  | { readonly kind: 'acknowledged' | 'closed'; readonly by: string };

export type IncidentChange = 'none' | 'counted' | 'opened' | 'updated' | 'acknowledged' | 'closed' | 'resolved';

export interface IncidentDecision {
  /** What to store; null when there is nothing to remember. */
  readonly incident: Incident | null;
  readonly change: IncidentChange;
  /** Tell people now; `counted` and a fresh `updated` stay quiet. */
  readonly tells: boolean;
}

export interface IncidentSubject {
  readonly environment: string;
  readonly target: string;
  /** Used when this fact begins an episode. */
  readonly newId: string;
  readonly nowMs: number;
}

export function decideIncident(
  current: Incident | null,
  fact: IncidentFact,
  subject: IncidentSubject,
  policy: IncidentPolicy,
): IncidentDecision {
  const running = current === null || current.state === 'resolved' ? null : current;
  switch (fact.kind) {
    case 'failed':
      return fail(running ?? reopened(current, subject.nowMs), fact, subject, policy);
    case 'recovered':
      return running === null ? quiet(current) : recover(running, fact.summary, subject.nowMs);
    case 'acknowledged':
      return running?.state === 'open' ? change(running, subject.nowMs, 'acknowledged', fact.by) : quiet(current);
    case 'closed':
      return running === null || running.state === 'closed' ? quiet(current) : close(running, subject.nowMs, fact.by);
  }
}

/** After a page was answered; the state may have changed meanwhile, the sending has not. */
export function withSending(incident: Incident, which: 'page' | 'ending', sending: Sending): Incident {
  return { ...incident, [which]: sending };
}

export function isHeard({ heard, told_at_ms }: Incident): boolean {
  return heard ?? told_at_ms !== null;
}

export function withHeard(incident: Incident, told: readonly string[]): Incident {
  return told.length === 0 || incident.heard === true ? incident : { ...incident, heard: true };
}

function fail(
  running: Incident | null,
  fact: Extract<IncidentFact, { kind: 'failed' }>,
  { environment, target, newId, nowMs }: IncidentSubject,
  policy: IncidentPolicy,
): IncidentDecision {
  const before: Incident = running ?? {
    id: newId,
    environment,
    target,
    severity: fact.severity,
    summary: fact.summary,
    state: 'counting',
    page: 'not due',
    ending: 'not due',
    failed_attempts: 0,
    observations: 0,
    opened_at_ms: nowMs,
    updated_at_ms: nowMs,
    told_at_ms: null,
    heard: false,
    by: null,
  };
  const next: Incident = {
    ...before,
    severity: worse(before.severity, fact.severity),
    summary: fact.summary,
    failed_attempts: before.failed_attempts + Math.max(0, fact.attempts),
    observations: before.observations + 1,
    updated_at_ms: nowMs,
  };
  // A person's word stands until the target has been well once.
  if (next.state === 'closed') return { incident: next, change: 'updated', tells: false };
  if (next.state === 'counting') return mayOpen(next, fact.pageNow ?? false, nowMs, policy);
  const escalates = next.severity === 'critical' && before.severity !== 'critical';
  const due = escalates || next.told_at_ms === null || nowMs - next.told_at_ms >= policy.updateIntervalMs;
  const page = escalates && next.page === 'not due' ? 'due' : next.page;
  return { incident: { ...next, page, told_at_ms: due ? nowMs : next.told_at_ms }, change: 'updated', tells: due };
}

/** Its alert may still be open there, because its end did not arrive: the next episode goes on under its key. */
function reopened(current: Incident | null, nowMs: number): Incident | null {
  if (current?.ending !== 'due') return null;
  const fresh = { failed_attempts: 0, observations: 0, opened_at_ms: nowMs, told_at_ms: null, heard: false, by: null };
  return { ...current, ...fresh, state: 'counting', page: 'not due' };
}

function mayOpen(next: Incident, pageNow: boolean, nowMs: number, policy: IncidentPolicy): IncidentDecision {
  if (!pageNow && next.failed_attempts < policy.pageAfter) return { incident: next, change: 'counted', tells: false };
  const page = next.severity === 'critical' ? 'due' : 'not due';
  const ending = page === 'due' ? 'not due' : next.ending;
  return { incident: { ...next, state: 'open', page, ending, told_at_ms: nowMs }, change: 'opened', tells: true };
}

function recover(running: Incident, summary: string, nowMs: number): IncidentDecision {
  const resolved: Incident = { ...running, state: 'resolved', summary, updated_at_ms: nowMs };
  // Nobody was told of what was only counted, and a person who closed it knows.
  if (running.state === 'counting' || running.state === 'closed') {
    return { incident: resolved, change: 'resolved', tells: false };
  }
  return { incident: endPage(resolved), change: 'resolved', tells: true };
}

function close(running: Incident, nowMs: number, by: string): IncidentDecision {
  const closed: Incident = { ...running, state: 'closed', by, updated_at_ms: nowMs };
  return { incident: endPage(closed), change: 'closed', tells: running.state !== 'counting' };
}

/**
 * A page whose answer was lost may be open there, also when a later try of it was refused: ending it too many times does
 * no harm.
 */
function endPage(incident: Incident): Incident {
  if (incident.page === 'not due') return incident;
  return { ...incident, page: incident.page === 'due' ? 'not due' : incident.page, ending: 'due' };
}

function change(running: Incident, nowMs: number, state: 'acknowledged', by: string): IncidentDecision {
  return { incident: { ...running, state, by, updated_at_ms: nowMs }, change: 'acknowledged', tells: true };
}

function quiet(current: Incident | null): IncidentDecision {
  return { incident: current, change: 'none', tells: false };
}

function worse(a: IncidentSeverity, b: IncidentSeverity): IncidentSeverity {
  return a === 'critical' || b === 'critical' ? 'critical' : 'warning';
}
