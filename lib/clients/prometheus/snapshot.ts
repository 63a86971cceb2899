// Prometheus's own way of a consistent copy: a snapshot of its blocks, made of hard links below its data directory.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { isRecord, own } from '../../base/json.ts';
import type { HttpResponse } from '../../effects/http.ts';
import type { Remote } from '../../services/remote/remote.ts';

export interface SnapshotDetails {
  readonly remote: Remote;
  readonly url: string;
  readonly signal: AbortSignal;
}

// A large head is written out first.
const TIMEOUT_MS = 300_000;
const NAME = /^[0-9A-Za-z]+-[0-9A-Za-z]+$/;

/** The snapshot's name. Throws what the remote's fault says, with what to do about it. */
export async function takeSnapshot({ remote, url, signal }: SnapshotDetails): Promise<string> {
  const answer = await remote.send({
    method: 'POST',
    url: `${url.replace(/\/+$/, '')}/api/v1/admin/tsdb/snapshot`,
    timeoutMs: TIMEOUT_MS,
    attempts: 1,
    signal,
    judge: (response) => (nameIn(response) === null ? 'it names no snapshot' : null),
  });
  const name = answer.ok ? nameIn(answer.response) : null;
  if (name !== null) return name;
  const reason = answer.ok ? 'it names no snapshot' : answer.reason;
  throw new Fault('tsdb snapshot refused', `Cannot take a snapshot of Prometheus: ${reason}`, {
    exit: EXIT.unavailable,
    hint: 'it wants --web.enable-admin-api, and a login that may use it',
  });
}

function nameIn(response: HttpResponse): string | null {
  const answer = response.json();
  const data = isRecord(answer) ? own(answer, 'data') : undefined;
  const name = isRecord(data) ? own(data, 'name') : undefined;
  // It becomes a part of a path.
  return typeof name === 'string' && NAME.test(name) ? name : null;
}
