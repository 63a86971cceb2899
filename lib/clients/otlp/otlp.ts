// An OpenTelemetry collector over OTLP/HTTP with JSON.

import type { Delivery } from '../../base/delivery.ts';
import { isRecord, own } from '../../base/json.ts';
import { decodePercent } from '../../base/percent.ts';
import { Secret } from '../../base/secret.ts';
import { toDelivery } from '../../services/notify/remote-delivery.ts';
import type { Remote } from '../../services/remote/remote.ts';
import { encodeSpans, type SpanBatch } from './encode-spans.ts';

export interface OtlpOptions {
  readonly remote: Remote;
  /** Without `/v1/traces`. */
  readonly endpoint: string;
  /** As OTEL_EXPORTER_OTLP_HEADERS: `name=value,name=value`, percent-encoded. */
  readonly headers?: Secret | undefined;
  readonly timeoutMs: number;
}

export interface Otlp {
  send(batch: SpanBatch, signal: AbortSignal): Promise<Delivery>;
}

// Collectors take 4 MiB by default.
const SPANS_AT_ONCE = 500;

export function createOtlp({ remote, endpoint, headers, timeoutMs }: OtlpOptions): Otlp {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const given = headers === undefined ? {} : readHeaders(headers);
  const sendPart = async (batch: SpanBatch, signal: AbortSignal): Promise<Delivery> => {
    const answer = await remote.send({
      method: 'POST',
      url,
      headers: { ...given, 'content-type': 'application/json' },
      body: encodeSpans(batch),
      timeoutMs,
      signal,
    });
    if (!answer.ok) return toDelivery(answer);
    const rejected = rejectedSpans(answer.response.text());
    if (rejected === 0) return { ok: true };
    const reason = `the collector rejected ${rejected} spans`;
    return { ok: false, retryable: false, code: 'otlp spans rejected', reason };
  };
  return {
    send: async (batch, signal) => {
      let last: Delivery = { ok: true };
      for (let from = 0; from < batch.spans.length && last.ok; from += SPANS_AT_ONCE) {
        last = await sendPart({ ...batch, spans: batch.spans.slice(from, from + SPANS_AT_ONCE) }, signal);
      }
      return last;
    },
  };
}

function readHeaders(headers: Secret): Record<string, Secret> {
  const found: Record<string, Secret> = Object.create(null);
  for (const pair of headers.reveal().split(',')) {
    const at = pair.indexOf('=');
    if (at <= 0) continue;
    found[pair.slice(0, at).trim().toLowerCase()] = new Secret(
      decodePercent(pair.slice(at + 1).trim()),
      headers.source,
    );
  }
  return found;
}

/** A 200 may still say that some were not taken. */
function rejectedSpans(text: string): number {
  try {
    const value: unknown = JSON.parse(text);
    const partial = isRecord(value) ? own(value, 'partialSuccess') : undefined;
    const count = isRecord(partial) ? Number(partial['rejectedSpans'] ?? 0) : 0;
    return Number.isFinite(count) ? count : 0;
  } catch {
    // An empty answer, or a protobuf one, is a full success.
    return 0;
  }
}
