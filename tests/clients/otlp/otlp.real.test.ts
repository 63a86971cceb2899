// Spans on the wire: what a collector would accept by the protobuf's JSON mapping, with the right headers.

import { Ajv } from 'ajv';
import { afterAll, afterEach, expect, test } from 'vitest';
import { Secret } from '../../../lib/base/secret.ts';
import { createOtlp } from '../../../lib/clients/otlp/otlp.ts';
import { createHttp } from '../../../lib/effects/real-http.ts';
import type { FinishedSpan } from '../../../lib/services/trace/tracer.ts';
import { type StandInServer, startStandIn } from '../../../lib/sim/stand-ins/json-server.ts';
import { mdops } from '../../support/mdops.ts';
import { remoteFor } from '../../support/remotes.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const directory = temporaryDirectories('otlp');
const http = createHttp({ transport: 'one-shot' });
const open: StandInServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});
afterAll(() => http.close());

// opentelemetry-proto v1 in its JSON mapping, as far as traces go.
const ATTRIBUTES = {
  type: 'array',
  items: {
    type: 'object',
    required: ['key', 'value'],
    additionalProperties: false,
    properties: {
      key: { type: 'string', minLength: 1 },
      value: {
        oneOf: [
          {
            type: 'object',
            required: ['stringValue'],
            additionalProperties: false,
            properties: { stringValue: { type: 'string' } },
          },
          {
            type: 'object',
            required: ['boolValue'],
            additionalProperties: false,
            properties: { boolValue: { type: 'boolean' } },
          },
          {
            type: 'object',
            required: ['intValue'],
            additionalProperties: false,
            properties: { intValue: { type: 'string', pattern: '^-?\\d+$' } },
          },
          {
            type: 'object',
            required: ['doubleValue'],
            additionalProperties: false,
            properties: { doubleValue: { type: 'number' } },
          },
        ],
      },
    },
  },
};
const SPAN = {
  type: 'object',
  required: ['traceId', 'spanId', 'name', 'kind', 'startTimeUnixNano', 'endTimeUnixNano', 'attributes', 'status'],
  additionalProperties: false,
  properties: {
    traceId: { type: 'string', pattern: '^[0-9a-f]{32}$' },
    spanId: { type: 'string', pattern: '^[0-9a-f]{16}$' },
    parentSpanId: { type: 'string', pattern: '^[0-9a-f]{16}$' },
    name: { type: 'string', minLength: 1 },
    kind: { enum: [1, 2, 3, 4, 5] },
    startTimeUnixNano: { type: 'string', pattern: '^\\d{1,20}$' },
    endTimeUnixNano: { type: 'string', pattern: '^\\d{1,20}$' },
    attributes: ATTRIBUTES,
    status: {
      type: 'object',
      additionalProperties: false,
      properties: { code: { enum: [0, 1, 2] }, message: { type: 'string' } },
    },
  },
};
const REQUEST = {
  type: 'object',
  required: ['resourceSpans'],
  additionalProperties: false,
  properties: {
    resourceSpans: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['resource', 'scopeSpans'],
        properties: {
          resource: { type: 'object', additionalProperties: false, properties: { attributes: ATTRIBUTES } },
          scopeSpans: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['scope', 'spans'],
              properties: { scope: { type: 'object' }, spans: { type: 'array', minItems: 1, items: SPAN } },
            },
          },
        },
      },
    },
  },
};
const validate = new Ajv().compile(REQUEST);

interface WireSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code: number };
}

async function collector(): Promise<StandInServer> {
  const server = await startStandIn([({ path }) => (path === '/v1/traces' ? { status: 200, body: {} } : null)]);
  open.push(server);
  return server;
}

function spansOf(server: StandInServer): WireSpan[] {
  return server.requests.flatMap(({ json }) => {
    expect(validate(json), JSON.stringify(validate.errors)).toBe(true);
    return (json as { resourceSpans: { scopeSpans: { spans: WireSpan[] }[] }[] }).resourceSpans.flatMap(
      ({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans),
    );
  });
}

const span = (at: number): FinishedSpan => ({
  spanId: at.toString(16).padStart(16, '0'),
  parentSpanId: at === 1 ? null : '0000000000000001',
  name: `span ${at}`,
  kind: 'client',
  startMs: 1_795_178_934_777.125,
  durationMs: 0.25,
  attributes: { text: 'a', whole: 7, part: 0.5, yes: true },
  error: at % 2 === 0 ? 'http timed out' : null,
});
const BATCH = { traceId: 'a'.repeat(32), resource: { 'service.name': 'mdops' }, version: '0.1.0' };

test('every kind of value and time has its place; many spans go in several requests', async () => {
  const server = await collector();
  const headers = new Secret('api-key=s%3D1, x-tenant = md', 'TEST');
  const client = createOtlp({ remote: remoteFor(http, 'otlp'), endpoint: `${server.url}/`, headers, timeoutMs: 2_000 });
  const spans = Array.from({ length: 1_200 }, (_, at) => span(at + 1));
  expect(await client.send({ ...BATCH, spans }, new AbortController().signal)).toEqual({ ok: true });
  expect(server.requests.map(({ headers: sent }) => [sent['content-type'], sent['api-key'], sent['x-tenant']])).toEqual(
    Array.from({ length: 3 }, () => ['application/json', 's=1', 'md']),
  );
  const sent = spansOf(server);
  expect(sent).toHaveLength(1_200);
  expect(sent[0]).toMatchObject({ startTimeUnixNano: '1795178934777125000', endTimeUnixNano: '1795178934777375000' });
  expect(sent.map(({ status }) => status.code).slice(0, 2)).toEqual([1, 2]);
});

test('a collector that takes only some says so, one that is away may be asked again', async () => {
  const server = await collector();
  const client = createOtlp({ remote: remoteFor(http, 'otlp'), endpoint: server.url, timeoutMs: 500 });
  const send = () => client.send({ ...BATCH, spans: [span(1)] }, new AbortController().signal);
  server.failNext({ status: 200, body: { partialSuccess: { rejectedSpans: '1', errorMessage: 'x' } } });
  expect(await send()).toMatchObject({ ok: false, retryable: false, reason: 'the collector rejected 1 spans' });
  server.failAlways({ status: 503 });
  expect(await send()).toMatchObject({ ok: false, retryable: true });
});

test('a run exports itself, its steps, children and remotes as one trace, joined to the one it was started in', async () => {
  const server = await collector();
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const ran = await mdops(['job-watch', '--name', 'pack', '--', 'sh', '-c', 'echo "tp=$TRACEPARENT"'], {
    cwd: directory(),
    env: {
      MDOPS_STATE_DIR: 'state',
      OTEL_EXPORTER_OTLP_ENDPOINT: server.url,
      OTEL_RESOURCE_ATTRIBUTES: 'team=md',
      TRACEPARENT: `00-${trace}-00f067aa0ba902b7-01`,
    },
  });
  expect(ran.exit, ran.stderr).toBe(0);
  const spans = spansOf(server);
  const named = new Map(spans.map((one) => [one.name, one]));
  expect(spans.every(({ traceId }) => traceId === trace)).toBe(true);
  const [root, step, child] = [named.get('job-watch run'), named.get('run job'), named.get('sh')];
  expect(root?.parentSpanId ?? '').toBe('00f067aa0ba902b7');
  expect(step?.parentSpanId).toBe(root?.spanId);
  expect(child?.parentSpanId).toBe(step?.spanId);
  expect(JSON.stringify(server.requests[0]?.json)).toContain('"key":"team","value":{"stringValue":"md"}');
});

test('without an endpoint, or switched off, nothing is sent', async () => {
  const server = await collector();
  const env = { MDOPS_STATE_DIR: 'state', OTEL_EXPORTER_OTLP_ENDPOINT: server.url, ENABLE_OBSERVABILITY: 'false' };
  const ran = await mdops(['job-watch', '--name', 'pack', '--', 'true'], { cwd: directory(), env });
  expect([ran.exit, server.requests.length], ran.stderr).toEqual([0, 0]);
});
