// Annotations on Grafana's dashboards: a region opened when a run starts and closed when it ends.

import { DELIVERED, type Delivery } from '../../base/delivery.ts';
import { isRecord, own } from '../../base/json.ts';
import type { Secret } from '../../base/secret.ts';
import type { HttpResponse } from '../../effects/http.ts';
import { toDelivery } from '../../services/notify/remote-delivery.ts';
import type { Remote, RemoteAnswer } from '../../services/remote/remote.ts';

export interface Annotation {
  readonly start_ms: number;
  /** Absent while it goes on. */
  readonly end_ms?: number;
  readonly text: string;
  readonly tags: readonly string[];
}

export type Annotated = { readonly ok: true; readonly id: number } | Exclude<Delivery, { ok: true }>;

export interface GrafanaAnnotations {
  write(annotation: Annotation, signal?: AbortSignal): Promise<Annotated>;
  /** Ends what `write` began, with its last words. */
  close(id: number, end: Required<Annotation>, signal?: AbortSignal): Promise<Delivery>;
}

export interface GrafanaOptions {
  readonly remote: Remote;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | Secret>>;
  readonly timeoutMs: number;
  readonly dashboardUid?: string | undefined;
  readonly panelId?: number | undefined;
}

/** Before 9.0 an unknown `dashboardUID` was ignored: the annotation went to the whole organisation. */
const FIRST_WITH_UID = 9;

// The place of annotations may move (Grafana 13 deprecates /api): everything that knows it is in this file.
export function createGrafanaAnnotations(options: GrafanaOptions): GrafanaAnnotations {
  const base = options.url.replace(/\/+$/, '');
  let place: Promise<Readonly<Record<string, string | number>>> | undefined;

  function call(
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    body: object | null,
    signal: AbortSignal | undefined,
  ): Promise<RemoteAnswer> {
    return options.remote.send({
      method,
      url: base + path,
      headers: { 'content-type': 'application/json', ...options.headers },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
      timeoutMs: options.timeoutMs,
      // An annotation twice is worse than one that is written later from the spool.
      repeatable: method !== 'POST',
      judge: (response) => (isRecord(response.json()) ? null : 'not with an object'),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async function findPlace(signal: AbortSignal | undefined): Promise<Readonly<Record<string, string | number>>> {
    const { dashboardUid, panelId } = options;
    if (dashboardUid === undefined) return {};
    const panel = panelId === undefined ? {} : { panelId };
    const health = await call('GET', '/api/health', null, signal);
    if (!health.ok || majorVersion(health.response) >= FIRST_WITH_UID) return { dashboardUID: dashboardUid, ...panel };
    const found = await call('GET', `/api/dashboards/uid/${encodeURIComponent(dashboardUid)}`, null, signal);
    const id = found.ok ? dashboardId(found.response) : null;
    return id === null ? {} : { dashboardId: id, ...panel };
  }

  return {
    write: async ({ start_ms, end_ms, text, tags }, signal) => {
      place ??= findPlace(signal);
      const body = {
        ...(await place),
        time: start_ms,
        ...(end_ms === undefined ? {} : { timeEnd: end_ms }),
        text,
        tags,
      };
      const answer = await call('POST', '/api/annotations', body, signal);
      const delivery = toDelivery(answer);
      if (!delivery.ok) return delivery;
      const id = answer.ok ? own(answer.response.json() as Readonly<Record<string, unknown>>, 'id') : undefined;
      return typeof id === 'number' ? { ok: true, id } : WITHOUT_ID;
    },
    close: async (id, { end_ms, text, tags }, signal) => {
      const answer = await call('PATCH', `/api/annotations/${id}`, { timeEnd: end_ms, text, tags }, signal);
      return answer.ok ? DELIVERED : toDelivery(answer);
    },
  };
}

const WITHOUT_ID: Annotated = {
  ok: false,
  retryable: false,
  code: 'grafana answer unexpected',
  reason: 'Cannot annotate: Grafana answered without the id of what it stored',
};

function majorVersion(response: HttpResponse): number {
  const value = response.json();
  const version = isRecord(value) ? value['version'] : undefined;
  // Hidden from anonymous callers: then it is a recent one.
  return typeof version === 'string'
    ? Number.parseInt(version, 10) || Number.POSITIVE_INFINITY
    : Number.POSITIVE_INFINITY;
}

function dashboardId(response: HttpResponse): number | null {
  const value = response.json();
  const dashboard = isRecord(value) ? value['dashboard'] : undefined;
  const id = isRecord(dashboard) ? dashboard['id'] : undefined;
  return typeof id === 'number' ? id : null;
}
