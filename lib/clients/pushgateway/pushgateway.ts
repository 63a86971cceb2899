// Pushgateway: whole groups put, added to, deleted and listed; the gateway's own words when it refuses.

import { DELIVERED, type Delivery } from '../../base/delivery.ts';
import { Fault } from '../../base/fault.ts';
import { isRecord } from '../../base/json.ts';
import { type Grouping, groupingPath } from '../../base/push-grouping.ts';
import { oneLine } from '../../base/sanitize.ts';
import type { HttpResponse } from '../../effects/http.ts';
import type { MetricGroup } from '../../services/metrics/series.ts';
import type { Remote, RemoteAnswer, RemoteRequest } from '../../services/remote/remote.ts';

export interface PushgatewayOptions {
  readonly remote: Remote;
  /** Origin, with a path prefix if it has one. */
  readonly url: string;
  /** For one call with its retries. */
  readonly timeoutMs: number;
}

export interface Pushgateway {
  /** Replaces the whole group. */
  put(grouping: Grouping, exposition: string, signal?: AbortSignal): Promise<Delivery>;
  /** Replaces metrics of the same names only. */
  add(grouping: Grouping, exposition: string, signal?: AbortSignal): Promise<Delivery>;
  /** Absent groups are fine. */
  remove(grouping: Grouping, signal?: AbortSignal): Promise<Delivery>;
  /** When it began to run; null when it does not say. Never throws. */
  startedAt(signal?: AbortSignal): Promise<string | null>;
  /** The grouping labels (with `job`) of every group it holds; throws a Fault. */
  groups(signal?: AbortSignal): Promise<readonly Readonly<Record<string, string>>[]>;
}

const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';
const WORDS_LENGTH = 300;

export function createPushgateway(options: PushgatewayOptions): Pushgateway {
  const base = options.url.replace(/\/+$/, '');

  function send(request: Omit<RemoteRequest, 'url' | 'timeoutMs'>, path: string): Promise<RemoteAnswer> {
    return options.remote.send({ ...request, url: base + path, timeoutMs: options.timeoutMs });
  }

  function push(method: 'PUT' | 'POST', grouping: Grouping, body: string, signal?: AbortSignal): Promise<Delivery> {
    if (grouping.job === '') return Promise.resolve(NO_JOB);
    // One attempt: what does not arrive waits in the spool, and the run does not wait for it.
    const request = { method, body, headers: { 'content-type': TEXT_FORMAT }, judge: judgePush, attempts: 1 };
    return send({ ...request, ...(signal === undefined ? {} : { signal }) }, groupingPath(grouping)).then(toDelivery);
  }

  return {
    put: (grouping, body, signal) => push('PUT', grouping, body, signal),
    add: (grouping, body, signal) => push('POST', grouping, body, signal),
    remove: async (grouping, signal) => {
      const request = { method: 'DELETE', judge: judgePush } as const;
      return toDelivery(
        await send({ ...request, ...(signal === undefined ? {} : { signal }) }, groupingPath(grouping)),
      );
    },
    startedAt: async (signal) => {
      const request = { method: 'GET', ...(signal === undefined ? {} : { signal }) } as const;
      const answer = await send(
        { ...request, judge: (response) => (parseStart(response) ? null : 'without a start') },
        '/api/v1/status',
      );
      return answer.ok ? parseStart(answer.response) : null;
    },
    groups: async (signal) => {
      const request = { method: 'GET', maxBytes: 64 * 1_048_576 } as const;
      const answer = await send({ ...request, ...(signal === undefined ? {} : { signal }) }, '/api/v1/metrics');
      if (!answer.ok) throw answer.fault;
      return parseGroups(answer.response);
    },
  };
}

/** The push group of a command: never an instance or a run id, each group costs the gateway time for ever. */
export function toGrouping({ job, environment, target }: MetricGroup): Grouping {
  return { job, labels: { environment, ...(target === undefined ? {} : { target }) } };
}

const NO_JOB: Delivery = {
  ok: false,
  retryable: false,
  code: 'pushgateway group without job',
  reason: 'Cannot push metrics: the group has no job',
};

/** It answers a push with 200 or 202 and nothing else; a page is a proxy speaking in its place. */
function judgePush(response: HttpResponse): string | null {
  if (response.status !== 200 && response.status !== 202) return 'not with 200 or 202';
  return response.body.length === 0 ? null : 'with a page where Pushgateway says nothing';
}

function toDelivery(answer: RemoteAnswer): Delivery {
  if (answer.ok) return DELIVERED;
  const { fault, response, retryAfterMs } = answer;
  // Only 400 speaks of what was sent. A proxy, a sign-in page or a wrong password may be gone at the next flush.
  const refused = response?.status === 400;
  const words = refused ? `: ${oneLine(response.text(), WORDS_LENGTH)}` : '';
  return {
    ok: false,
    retryable: !refused,
    code: fault.code,
    reason: `Cannot push metrics: ${fault.message}${words}`,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  };
}

function parseStart(response: HttpResponse): string | null {
  const value = response.json();
  const data = isRecord(value) ? value['data'] : undefined;
  const start = isRecord(data) ? data['start_time'] : undefined;
  return typeof start === 'string' && start !== '' ? start : null;
}

function parseGroups(response: HttpResponse): Readonly<Record<string, string>>[] {
  const value = response.json();
  const data = isRecord(value) ? value['data'] : undefined;
  if (!Array.isArray(data)) {
    throw new Fault('pushgateway answer unexpected', 'Cannot list push groups: the answer has no "data" list', {
      hint: 'Check that the address is a Pushgateway of version 1.0 or later.',
    });
  }
  return data
    .filter(isRecord)
    .map((group) => (isRecord(group['labels']) ? (group['labels'] as Record<string, string>) : {}));
}
