// Who is told and who measures, as small as the wire allows: PagerDuty, a chat, Pushgateway, and the people behind them.

import { isRecord, own, parseJson } from '../../base/json.ts';
import type { Network, RemoteReply, RemoteRequest } from './network.ts';
import type { Scheduler } from './scheduler.ts';

export interface SimAlert {
  readonly key: string;
  /** The host that opened it. */
  readonly from: string;
  readonly openedMs: number;
  status: 'triggered' | 'acknowledged' | 'resolved';
  /** Who ended it. */
  endedBy: 'program' | 'person' | null;
  triggers: number;
  /** Opened by a copy that came after the program had heard of its end: nobody could have known. */
  isStray: boolean;
}

export interface Pager {
  /** Oldest first; the same key after its end is another alert. */
  readonly alerts: readonly SimAlert[];
  /** Refuses whatever it is sent, and quotes it, secrets included; the others do too. */
  refuses: boolean;
  /** Keys that it refused for good. */
  readonly refused: ReadonlySet<string>;
  open(from: string): readonly SimAlert[];
  /** A person on the pager's own page. */
  byHand(what: 'acknowledge' | 'resolve'): readonly SimAlert[];
  onEvent: (event: PagerEvent) => void;
  /** Somebody in its place says that it refuses this key. */
  noteRefused(key: string): void;
  /** A request leaves its host. */
  noteSent(request: RemoteRequest): void;
}

export interface PagerEvent {
  readonly action: string;
  readonly key: string;
  readonly from: string;
  /** The alert that it opened, or null. */
  readonly opened: SimAlert | null;
}

// Nothing that is answered takes as long: this is a copy that somebody held up.
const COPY_MS = 1_900;

export function createPager(scheduler: Scheduler, network: Network, hostname: string): Pager {
  const alerts: SimAlert[] = [];
  const refused = new Set<string>();
  const sentMs = new WeakMap<RemoteRequest, number>();
  const find = (key: string): SimAlert | undefined =>
    alerts.findLast((alert) => alert.key === key && alert.status !== 'resolved');
  const openAlert = (key: string, from: string, isStray: boolean): SimAlert => {
    const openedMs = scheduler.nowMs();
    const alert: SimAlert = { key, from, openedMs, status: 'triggered', endedBy: null, triggers: 1, isStray };
    alerts.push(alert);
    return alert;
  };
  const pager: Pager = {
    alerts,
    refuses: false,
    refused,
    open: (from) => alerts.filter((alert) => alert.from === from && alert.status !== 'resolved' && !alert.isStray),
    byHand: (what) => {
      const open = alerts.filter(({ status }) => status !== 'resolved');
      for (const alert of open) {
        alert.status = what === 'resolve' ? 'resolved' : 'acknowledged';
        if (what === 'resolve') alert.endedBy = 'person';
      }
      return open;
    },
    onEvent: () => {},
    noteRefused: (key) => refused.add(key),
    noteSent: (request) => sentMs.set(request, scheduler.nowMs()),
  };
  network.connect(hostname, (request) => {
    const event = parseJson(request.body);
    if (!isRecord(event)) return { status: 400, body: 'not an event' };
    const [action, key] = [String(own(event, 'event_action')), String(own(event, 'dedup_key'))];
    if (pager.refuses) {
      refused.add(key);
      return { status: 400, body: `invalid event: ${request.body}` };
    }
    const open = find(key);
    const isCopy = scheduler.nowMs() - (sentMs.get(request) ?? scheduler.nowMs()) > COPY_MS;
    const opened = action === 'trigger' && open === undefined ? openAlert(key, request.from, isCopy) : null;
    if (open !== undefined && action === 'trigger') {
      open.triggers += 1;
      open.isStray &&= isCopy;
    }
    if (open !== undefined && action === 'resolve') Object.assign(open, { status: 'resolved', endedBy: 'program' });
    pager.onEvent({ action, key, from: request.from, opened });
    return { status: 202, body: JSON.stringify({ status: 'success', dedup_key: key }) };
  });
  return pager;
}

export interface Chat {
  refuses: boolean;
  readonly messages: readonly { readonly from: string; readonly atMs: number; readonly text: string }[];
}

export function createChat(scheduler: Scheduler, network: Network, hostname: string): Chat {
  const messages: Chat['messages'][number][] = [];
  const chat: Chat = { messages, refuses: false };
  network.connect(hostname, ({ from, path, body }) => {
    if (chat.refuses) return { status: 400, body: `no such hook: ${path}` };
    messages.push({ from, atMs: scheduler.nowMs(), text: body });
    return { status: 200, body: 'ok' };
  });
  return chat;
}

export interface Gateway {
  refuses: boolean;
  /** By path: what was put last. */
  readonly groups: ReadonlyMap<string, string>;
}

export function createGateway(network: Network, hostname: string): Gateway {
  const groups = new Map<string, string>();
  const gateway: Gateway = { groups, refuses: false };
  network.connect(hostname, ({ method, path, body, headers }): RemoteReply => {
    if (gateway.refuses) return { status: 400, body: `not allowed: ${headers['authorization'] ?? 'nobody'}` };
    if (method === 'GET') return { status: 200, body: '{"data":{"start_time":"2026-01-01T00:00:00Z"}}' };
    groups.set(path, body);
    return { status: 200, body: '' };
  });
  return gateway;
}
