// Traces: ids that others can follow, spans that nest as the run did, and a bound on them.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../../lib/base/fault.ts';
import { Secret } from '../../../lib/base/secret.ts';
import type { Http, HttpRequest } from '../../../lib/effects/http.ts';
import type { Processes, ProcessSpec } from '../../../lib/effects/processes.ts';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createRandom } from '../../../lib/effects/real-random.ts';
import { traceHttp, traceProcesses } from '../../../lib/services/trace/traced-effects.ts';
import { formatTraceparent, parseTraceparent } from '../../../lib/services/trace/traceparent.ts';
import { createTracer, type Tracer, type TracerParts } from '../../../lib/services/trace/tracer.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

const HEADERS: Readonly<Record<string, readonly [text: string | undefined, isSampled: boolean | null]>> = {
  'the example of the standard': [`00-${TRACE}-${SPAN}-01`, true],
  'not sampled': [`00-${TRACE}-${SPAN}-00`, false],
  'other flags set': [`00-${TRACE}-${SPAN}-03`, true],
  'white space around it': [` 00-${TRACE}-${SPAN}-01 `, true],
  'a later version with more fields': [`cc-${TRACE}-${SPAN}-01-what-comes`, true],
  'this version with more fields': [`00-${TRACE}-${SPAN}-01-x`, null],
  'the forbidden version': [`ff-${TRACE}-${SPAN}-01`, null],
  capitals: [`00-${TRACE.toUpperCase()}-${SPAN}-01`, null],
  'a trace of zeros': [`00-${'0'.repeat(32)}-${SPAN}-01`, null],
  'a span of zeros': [`00-${TRACE}-${'0'.repeat(16)}-01`, null],
  'too short': [`00-${TRACE.slice(1)}-${SPAN}-01`, null],
  nothing: [undefined, null],
  empty: ['', null],
};

test.each(Object.entries(HEADERS))('traceparent: %s', (_name, [text, isSampled]) => {
  const parsed = parseTraceparent(text);
  expect(parsed?.isSampled ?? null).toBe(isSampled);
  if (parsed !== null) expect([parsed.traceId, parsed.spanId]).toEqual([TRACE, SPAN]);
});

test('what is written is read back', () => {
  const id = (length: number) =>
    fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((text) => !/^0+$/.test(text));
  fc.assert(
    fc.property(id(32), id(16), fc.boolean(), (traceId, spanId, isSampled) => {
      expect(parseTraceparent(formatTraceparent({ traceId, spanId, isSampled }))).toEqual({
        traceId,
        spanId,
        isSampled,
      });
    }),
  );
});

function tracer(changes: Partial<TracerParts> = {}): Tracer {
  const parts = {
    clock: createClock(),
    random: createRandom(),
    incoming: undefined,
    isRecording: true,
    name: 'failover to-backup',
  };
  return createTracer({ ...parts, ...changes });
}

describe('a tracer', () => {
  test('joins the trace it was started in', () => {
    const joined = tracer({ incoming: `00-${TRACE}-${SPAN}-01` });
    expect(joined.traceId).toBe(TRACE);
    expect(joined.finish(null, {}).spans).toMatchObject([
      { parentSpanId: SPAN, name: 'failover to-backup', error: null },
    ]);
  });

  test('nests what a step asks below the step, and the next below the run', () => {
    const t = tracer();
    const step = t.start('promote', 'internal', { isStep: true });
    expect(t.traceparent()).toBe(`00-${t.traceId}-${step.spanId}-01`);
    t.start('POST', 'client').end('http timed out');
    step.end(null);
    t.start('GET', 'client').end(null, { 'http.response.status_code': 200 });
    const { spans } = t.finish('exit 2', {});
    expect(spans.map(({ name, parentSpanId, error }) => [name, parentSpanId, error])).toEqual([
      ['POST', step.spanId, 'http timed out'],
      ['promote', t.rootSpanId, null],
      ['GET', t.rootSpanId, null],
      ['failover to-backup', null, 'exit 2'],
    ]);
  });

  test('steps that overlap and end out of order leave the right one current', () => {
    const t = tracer();
    const first = t.start('a', 'internal', { isStep: true });
    const second = t.start('b', 'internal', { isStep: true });
    first.end(null);
    expect(t.traceparent()).toContain(second.spanId);
    second.end(null);
    second.end('twice');
    expect(t.traceparent()).toContain(t.rootSpanId);
    expect(t.finish(null, {}).spans).toHaveLength(3);
  });

  test('keeps nothing when nothing is exported, yet its ids and headers are whole', () => {
    const t = tracer({ isRecording: false });
    t.start('x', 'client').end(null);
    expect(parseTraceparent(t.traceparent())).toEqual({ traceId: t.traceId, spanId: t.rootSpanId, isSampled: false });
    expect(t.finish(null, {}).spans).toEqual([]);
  });

  test('of a run that polls for hours keeps the run, counts what is too much, and never a negative duration', () => {
    let wall = 1_000_000;
    const clock = { ...createClock(), wallMs: () => (wall -= 1_000) };
    const t = tracer({ clock });
    for (let at = 0; at < 5_000; at += 1) t.start('GET', 'client').end(null);
    const { spans, lost } = t.finish(null, {});
    expect(spans.length + lost).toBe(5_001);
    expect(spans.length).toBeLessThan(2_100);
    expect(spans.at(-1)?.name).toBe('failover to-backup');
    expect(spans.filter(({ durationMs }) => durationMs < 0)).toEqual([]);
  });
});

describe('traced effects', () => {
  test('a request carries its own span, names only host and port, and ends with its status', async () => {
    const t = tracer();
    const seen: HttpRequest[] = [];
    const http: Http = {
      close: async () => undefined,
      request: async (request) => {
        seen.push(request);
        if (seen.length === 2) throw new Fault('http timed out', 'x');
        return { status: 503, headers: {}, body: new Uint8Array(), text: () => '', json: () => null, durationMs: 1 };
      },
    };
    const traced = traceHttp(http, t);
    await traced.request({ method: 'GET', url: 'http://md.example:8080/x?token=hidden-token', timeoutMs: 1 });
    const url = new Secret('https://hooks.slack.com/services/T/B/hidden-path', 'TEST');
    await expect(traced.request({ method: 'POST', url, timeoutMs: 1 })).rejects.toThrow();
    const { spans } = t.finish(null, {});
    expect(spans[0]).toMatchObject({
      kind: 'client',
      error: '503',
      attributes: { 'server.address': 'md.example', 'server.port': 8080, 'http.response.status_code': 503 },
    });
    expect(spans[1]).toMatchObject({
      error: 'http timed out',
      attributes: { 'server.address': 'hooks.slack.com', 'server.port': 443 },
    });
    expect(seen[0]?.headers?.['traceparent']).toBe(`00-${t.traceId}-${spans[0]?.spanId}-01`);
    expect(JSON.stringify(spans)).not.toMatch(/hidden/);
  });

  test('a child gets TRACEPARENT of its own span, and its arguments stay out of the trace', async () => {
    const t = tracer();
    const seen: ProcessSpec[] = [];
    const captured = { head: '', tail: '', totalBytes: 0 };
    const processes = {
      run: async (spec: ProcessSpec) => {
        seen.push(spec);
        return {
          exitCode: 3,
          signal: null,
          timedOut: false,
          cancelled: false,
          ok: false,
          durationMs: 1,
          stdout: captured,
          stderr: captured,
          strays: 0,
          failure: null,
        };
      },
    } as unknown as Processes;
    await traceProcesses(processes, t).run({
      argv: ['/usr/bin/feed', '--password', 'hunter2'],
      timeoutMs: 1,
      env: { A: 'b' },
    });
    const { spans } = t.finish(null, {});
    expect(seen[0]?.env).toEqual({ A: 'b', TRACEPARENT: `00-${t.traceId}-${spans[0]?.spanId}-01` });
    expect(spans[0]).toMatchObject({ name: 'feed', error: 'exit 3', attributes: { 'process.exit.code': 3 } });
    expect(JSON.stringify(spans)).not.toContain('hunter2');
  });
});
