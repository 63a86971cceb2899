// One signed-in conversation with a Grafana's HTTP API: every call of every kind of object goes through here.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { isRecord, type JsonObject, own } from '../../base/json.ts';
import { oneLine } from '../../base/sanitize.ts';
import type { Secret } from '../../base/secret.ts';
import { REMOTE_CODE } from '../../services/remote/answer.ts';
import type { Remote, RemoteFailure } from '../../services/remote/remote.ts';

export const GRAFANA_CODE = {
  token: 'grafana token refused',
  permission: 'grafana permission missing',
  absent: 'grafana object not found',
  lacking: 'grafana version lacks this',
  conflict: 'grafana object changed meanwhile',
  provisioned: 'grafana object provisioned elsewhere',
  refused: 'grafana refused the request',
  notEmpty: 'grafana folder not empty',
  unexpected: 'grafana answer unexpected',
} as const;

export interface SessionOptions {
  readonly remote: Remote;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | Secret>>;
  /** For each call, its retries included. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the base address, encoded. */
  readonly path: string;
  readonly body?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  /** What it is for, as in "Cannot <action>". */
  readonly action: string;
  /** What a good answer is. Default: an object. */
  readonly wants?: 'object' | 'list' | 'anything';
}

export interface Session {
  /** The answer as JSON, null for an empty one. Throws Faults of GRAFANA_CODE, and those of the remote. */
  call(call: Call): Promise<unknown>;
  /** Null when the server does not have it. */
  find(call: Call): Promise<unknown>;
  /** `11.6.0`; null when the server does not say. Asked once. */
  version(): Promise<string | null>;
  isAtLeast(major: number, minor?: number): Promise<boolean>;
}

/** Dashboards of a thousand panels are some MB. */
const MAX_BYTES = 32 * 1_024 * 1_024;

export function createSession(options: SessionOptions): Session {
  const base = options.url.replace(/\/+$/, '');
  let health: Promise<unknown> | undefined;

  async function call({ method, path, body, headers, action, wants = 'object' }: Call): Promise<unknown> {
    const isRead = method === 'GET';
    const answer = await options.remote.send({
      method,
      url: base + path,
      headers: { accept: 'application/json', 'content-type': 'application/json', ...options.headers, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs: options.timeoutMs,
      maxBytes: MAX_BYTES,
      signal: options.signal,
      // A POST that may have arrived is not sent again: what became of it is looked up instead.
      repeatable: method !== 'POST',
      // Whoever asks for drift wants to know, whatever happened to annotations a minute ago.
      mustLook: isRead,
      judge: (response) =>
        isFitting(response.body.length === 0 ? null : response.json(), wants) ? null : NOT_FITTING[wants],
    });
    if (!answer.ok) throw toFault(action, answer);
    return answer.response.body.length === 0 ? null : answer.response.json();
  }

  async function version(): Promise<string | null> {
    health ??= call({ method: 'GET', path: '/api/health', action: 'look at Grafana' });
    const text = own((await health) as Readonly<Record<string, unknown>>, 'version');
    return typeof text === 'string' && text !== '' ? oneLine(text, 40) : null;
  }

  return {
    call,
    version,
    find: async (wanted) => {
      try {
        return await call(wanted);
      } catch (error) {
        if (error instanceof Fault && error.code === GRAFANA_CODE.absent) return null;
        throw error;
      }
    },
    isAtLeast: async (major, minor = 0) => {
      const text = await version();
      // A server that hides its version is a recent one.
      if (text === null) return true;
      const [have = 0, below = 0] = text.split('.').map((part) => Number.parseInt(part, 10) || 0);
      return have > major || (have === major && below >= minor);
    },
  };
}

const NOT_FITTING = { object: 'not with an object', list: 'not with a list', anything: '' } as const;

function isFitting(value: unknown, wants: keyof typeof NOT_FITTING): boolean {
  if (wants === 'anything') return true;
  return wants === 'list' ? Array.isArray(value) : isRecord(value);
}

function toFault(action: string, failure: RemoteFailure): Fault {
  const { fault, response } = failure;
  const status = response?.status ?? null;
  const said = saidBy(response?.text() ?? '');
  const words = said.message === '' ? fault.message : said.message;
  const kind = status === null || fault.code !== REMOTE_CODE.refused ? null : classify(status, said);
  return new Fault(kind?.code ?? fault.code, `Cannot ${action}: ${words}`, {
    exit: kind?.exit ?? EXIT.unavailable,
    retryable: fault.retryable,
    ...hintOf(kind?.hint ?? fault.hint),
    facts: { ...fault.facts, ...(said.status === '' ? {} : { grafana_status: said.status }) },
    cause: fault,
  });
}

function hintOf(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint };
}

interface Said {
  readonly message: string;
  readonly status: string;
  /** It is no answer of Grafana's: a proxy's page, say. */
  readonly isForeign: boolean;
}

function saidBy(text: string): Said {
  let value: unknown = null;
  try {
    value = text === '' ? {} : JSON.parse(text);
  } catch {
    value = null;
  }
  const read = (key: string): string => {
    const found = isRecord(value) ? own(value, key) : undefined;
    return typeof found === 'string' ? oneLine(found, 300) : '';
  };
  return { message: read('message'), status: read('status'), isForeign: !isRecord(value) };
}

interface Class {
  readonly code: string;
  readonly exit: number;
  readonly hint: string;
}

function classify(status: number, { message, status: said, isForeign }: Said): Class {
  if (status === 404 && isForeign) return FOREIGN;
  if (/same (name|uid)|name-exists|already exists/i.test(`${message} ${said}`)) return TAKEN;
  if (/provisioned|read-only|provenance/i.test(message)) return PROVISIONED;
  return BY_STATUS[status] ?? REFUSED;
}

const PROVISIONED: Class = {
  code: GRAFANA_CODE.provisioned,
  exit: EXIT.refused,
  hint: "it comes from the server's own provisioning: change it there, or take it out of there first",
};
/** Whatever answered knows nothing of Grafana's objects: that they are not there is not said. */
const FOREIGN: Class = {
  code: GRAFANA_CODE.unexpected,
  exit: EXIT.unavailable,
  hint: 'check that the address is Grafana itself, with the path it is served under',
};
const REFUSED: Class = {
  code: GRAFANA_CODE.refused,
  exit: EXIT.critical,
  hint: 'what Grafana did not accept is in its own words above; "mdops dashboards check" finds most such mistakes',
};
const TAKEN: Class = {
  code: GRAFANA_CODE.refused,
  exit: EXIT.critical,
  hint: 'another object there has this name: give its uid to ours (an export shows it; a folder has it in folder.yml), or rename one',
};
const CONFLICT: Class = {
  code: GRAFANA_CODE.conflict,
  exit: EXIT.refused,
  hint: 'somebody changed it meanwhile: look with "mdops dashboards diff", then push again, or push --overwrite',
};
const BY_STATUS: Readonly<Record<number, Class>> = {
  401: {
    code: GRAFANA_CODE.token,
    exit: EXIT.unavailable,
    hint: 'give a service-account token of this Grafana: GRAFANA_TOKEN, GRAFANA_TOKEN_FILE or remotes.grafana.token_file',
  },
  403: {
    code: GRAFANA_CODE.permission,
    exit: EXIT.unavailable,
    hint: "the token's service account needs Admin for datasources, Editor for everything else; Viewer is enough to look at dashboards",
  },
  404: { code: GRAFANA_CODE.absent, exit: EXIT.critical, hint: 'check the address and its path' },
  409: CONFLICT,
  412: CONFLICT,
};
