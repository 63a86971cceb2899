// What a receiver was sent, read back into facts: Slack, PagerDuty, Telegram and webhook bodies.

import { isRecord, own, parseJson } from '../../base/json.ts';

export interface Receipt {
  readonly receiver: string;
  readonly method: string;
  readonly atMs: number;
  /** Null: the receiver never answered. */
  readonly status: number | null;
  readonly isResolved: boolean;
  readonly isTest: boolean;
  readonly alert: string;
  readonly severity: string;
  readonly nonce: string | null;
  /** Everything a person would read, links included. */
  readonly text: string;
}

export interface SeenRequest {
  readonly atMs: number;
  readonly path: string;
  readonly status: number | null;
  readonly body: string;
}

type Mapping = Readonly<Record<string, unknown>>;
type Words = {
  readonly title: string;
  readonly rest: string;
  readonly isResolved?: boolean;
  readonly severity?: string;
};

const PATH = /^\/(slack|pagerduty|telegram|webhook)\/([^/]+)/;
const TITLE = /^(\[TEST\] )?(\[RESOLVED\] )?\[(\w*)\] (\S+): /;

/** Null for a request that is no notification. */
export function readReceipt({ atMs, path, status, body }: SeenRequest): Receipt | null {
  const [, method, receiver] = PATH.exec(path) ?? [];
  if (method === undefined || receiver === undefined) return null;
  const value = parse(body);
  if (method === 'webhook') return readWebhook(value, { receiver, method, atMs, status });
  const words = WORDS[method as keyof typeof WORDS](value);
  const [, test, resolved, severity = '', alert = ''] = TITLE.exec(words.title) ?? [];
  const text = `${words.title}\n${words.rest}`;
  return {
    receiver,
    method,
    atMs,
    status,
    isResolved: words.isResolved ?? resolved !== undefined,
    isTest: test !== undefined,
    alert,
    severity,
    nonce: /^test: (\S+)$/m.exec(text)?.[1] ?? null,
    text,
  };
}

const WORDS = {
  slack: (value: Mapping): Words => {
    const attachment = records(own(value, 'attachments'))[0] ?? {};
    return { title: text(attachment, 'title'), rest: `${text(attachment, 'text')}\n${text(attachment, 'title_link')}` };
  },
  pagerduty: (value: Mapping): Words => {
    const payload = mapping(own(value, 'payload'));
    const details = mapping(own(payload, 'custom_details'));
    return {
      title: text(payload, 'summary'),
      rest: `${text(details, 'text')}\n${text(value, 'client_url')}`,
      isResolved: own(value, 'event_action') === 'resolve',
    };
  },
  telegram: (value: Mapping): Words => {
    const [title = '', ...rest] = text(value, 'text').split('\n');
    return { title, rest: rest.join('\n') };
  },
};

function readWebhook(value: Mapping, base: Pick<Receipt, 'receiver' | 'method' | 'atMs' | 'status'>): Receipt {
  const labels = mapping(own(value, 'commonLabels'));
  const annotations = mapping(own(value, 'commonAnnotations'));
  const nonce = own(labels, 'nonce');
  return {
    ...base,
    isResolved: own(value, 'status') === 'resolved',
    isTest: typeof nonce === 'string',
    alert: text(labels, 'alertname'),
    severity: text(labels, 'severity'),
    nonce: typeof nonce === 'string' ? nonce : null,
    text: Object.values(annotations).join('\n'),
  };
}

function parse(body: string): Mapping {
  try {
    return mapping(parseJson(body));
  } catch {
    return {};
  }
}

function mapping(value: unknown): Mapping {
  return isRecord(value) ? value : {};
}

function records(value: unknown): Mapping[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function text(value: Mapping, key: string): string {
  return String(own(value, key) ?? '');
}
