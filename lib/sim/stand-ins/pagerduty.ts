// A stand-in of PagerDuty's Events API v2: accepts, groups by key, limits and refuses as its documentation says.

import {
  isObject,
  type StandInAnswer,
  type StandInOptions,
  type StandInRequest,
  type StandInServer,
  startStandIn,
} from './json-server.ts';

export interface PagerDutyAlert {
  readonly routingKey: string;
  readonly dedupKey: string;
  readonly status: 'triggered' | 'acknowledged' | 'resolved';
  /** How many triggers joined it. */
  readonly triggers: number;
  readonly summary: string;
  readonly severity: string;
  readonly source: string;
  readonly details: unknown;
  readonly links: unknown;
}

export interface PagerDutyStandIn extends StandInServer {
  /** Oldest first; the same key after a resolve opens another one. */
  alerts(): readonly PagerDutyAlert[];
  /** As a person does in the web interface. */
  resolveByHand(dedupKey: string): void;
}

export interface PagerDutyOptions extends StandInOptions {
  readonly routingKeys?: readonly string[];
  /** About 120 a minute are taken for one key. */
  readonly eventsPerMinute?: number;
}

const SEVERITIES = ['critical', 'error', 'warning', 'info'];
const LARGEST_EVENT = 512 * 1_024;

export async function startPagerDuty(options: PagerDutyOptions = {}): Promise<PagerDutyStandIn> {
  const alerts: PagerDutyAlert[] = [];
  const taken = new Map<string, number[]>();

  function enqueue(request: StandInRequest): StandInAnswer | null {
    if (request.path !== '/v2/enqueue') return null;
    if (request.method !== 'POST') return { status: 405 };
    if (Buffer.byteLength(request.text) > LARGEST_EVENT) return { status: 413 };
    const errors = findErrors(request.json);
    if (errors.length > 0 || !isObject(request.json)) return invalid(errors);
    const event = request.json;
    const routingKey = String(event['routing_key']);
    if (options.routingKeys?.includes(routingKey) === false) return invalid(["'routing_key' is invalid"]);
    const recent = (taken.get(routingKey) ?? []).filter((atMs) => atMs > request.atMs - 60_000);
    if (recent.length >= (options.eventsPerMinute ?? 120))
      return { status: 429, body: { status: 'throttle exceeded' } };
    taken.set(routingKey, [...recent, request.atMs]);
    const dedupKey = String(event['dedup_key'] ?? `generated-${alerts.length}`);
    apply(alerts, event, routingKey, dedupKey);
    return { status: 202, body: { status: 'success', message: 'Event processed', dedup_key: dedupKey } };
  }

  const server = await startStandIn([enqueue], options);
  return {
    ...server,
    alerts: () => alerts,
    resolveByHand: (dedupKey) => {
      const at = alerts.findLastIndex((alert) => alert.dedupKey === dedupKey);
      if (at >= 0) alerts[at] = { ...alerts[at]!, status: 'resolved' };
    },
  };
}

function invalid(errors: readonly string[]): StandInAnswer {
  return { status: 400, body: { status: 'invalid event', message: 'Event object is invalid', errors } };
}

function findErrors(event: unknown): string[] {
  if (!isObject(event)) return ['not a JSON object'];
  const errors: string[] = [];
  if (typeof event['routing_key'] !== 'string' || event['routing_key'] === '') errors.push("'routing_key' is missing");
  const action = event['event_action'];
  if (!['trigger', 'acknowledge', 'resolve'].includes(String(action))) errors.push("'event_action' is invalid");
  const key = event['dedup_key'];
  if (key !== undefined && (typeof key !== 'string' || key.length > 255)) errors.push("'dedup_key' is too long");
  if (action !== 'trigger') return key === undefined ? [...errors, "'dedup_key' is missing"] : errors;
  const payload = event['payload'];
  if (!isObject(payload)) return [...errors, "'payload' is missing"];
  const { summary, source, severity } = payload;
  if (typeof summary !== 'string' || summary === '') errors.push("'payload.summary' is missing");
  else if (summary.length > 1_024) errors.push("'payload.summary' is too long");
  if (typeof source !== 'string' || source === '') errors.push("'payload.source' is missing");
  if (!SEVERITIES.includes(String(severity))) errors.push("'payload.severity' is invalid");
  return errors;
}

function apply(alerts: PagerDutyAlert[], event: Record<string, unknown>, routingKey: string, dedupKey: string): void {
  const at = alerts.findLastIndex(
    (alert) => alert.dedupKey === dedupKey && alert.routingKey === routingKey && alert.status !== 'resolved',
  );
  const open = alerts[at];
  if (event['event_action'] !== 'trigger') {
    if (open === undefined) return;
    alerts[at] = { ...open, status: event['event_action'] === 'resolve' ? 'resolved' : 'acknowledged' };
    return;
  }
  if (open !== undefined) {
    alerts[at] = { ...open, triggers: open.triggers + 1 };
    return;
  }
  const payload = isObject(event['payload']) ? event['payload'] : {};
  alerts.push({
    routingKey,
    dedupKey,
    status: 'triggered',
    triggers: 1,
    summary: String(payload['summary']),
    severity: String(payload['severity']),
    source: String(payload['source']),
    details: payload['custom_details'],
    links: event['links'],
  });
}
