// Spans as OTLP/HTTP JSON: ids in hex, times as decimal strings of nanoseconds, attributes as key and typed value.

import type { Attributes, AttributeValue, FinishedSpan } from '../../services/trace/tracer.ts';

export interface SpanBatch {
  readonly traceId: string;
  readonly spans: readonly FinishedSpan[];
  readonly resource: Attributes;
  readonly version: string;
}

// opentelemetry-proto: SPAN_KIND_INTERNAL, SPAN_KIND_CLIENT, STATUS_CODE_OK, STATUS_CODE_ERROR.
const KINDS = { internal: 1, client: 3 } as const;
const STATUS = { ok: 1, error: 2 } as const;

export function encodeSpans({ traceId, spans, resource, version }: SpanBatch): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: encodeAttributes(resource) },
        scopeSpans: [{ scope: { name: 'mdops', version }, spans: spans.map((span) => encodeSpan(traceId, span)) }],
      },
    ],
  });
}

function encodeSpan(traceId: string, span: FinishedSpan): object {
  const { spanId, parentSpanId, name, kind, startMs, durationMs, attributes, error } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId === null ? {} : { parentSpanId }),
    name,
    kind: KINDS[kind],
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(startMs + durationMs),
    attributes: encodeAttributes(error === null ? attributes : { ...attributes, 'error.type': error }),
    status: error === null ? { code: STATUS.ok } : { code: STATUS.error, message: error },
  };
}

function encodeAttributes(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: encodeValue(value) }));
}

function encodeValue(value: AttributeValue): object {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'string') return { stringValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

// 64-bit integers are strings in proto3 JSON; a double would lose the last digits of today's nanoseconds.
function nanoseconds(ms: number): string {
  const whole = Math.floor(ms);
  return String(BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1_000_000)));
}
