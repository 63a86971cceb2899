// The run log: every record fits the published schema, no secret and no giant enters, no disk hurts the run.

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { EVENTS } from '../../../lib/base/event-names.ts';
import type { JsonObject } from '../../../lib/base/json.ts';
import { Secret } from '../../../lib/base/secret.ts';
import type { Files } from '../../../lib/effects/files.ts';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { createLog, type LogOptions, type LogRecord } from '../../../lib/services/log/log.ts';
import { LOG_EVENT_SCHEMA } from '../../../lib/services/log/schema.ts';

const validate = new Ajv({ allErrors: true }).compile(LOG_EVENT_SCHEMA);
// 2026-03-02 20:55:00.123 in Shanghai.
const EVENING_MS = Date.UTC(2026, 2, 2, 12, 55, 0, 123);

const room = mkdtempSync(join(tmpdir(), 'mdops-log-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

function options(changes: Partial<LogOptions> = {}): LogOptions {
  return {
    files: createFiles(),
    clock: { ...createClock(), wallMs: () => EVENING_MS },
    directory: mkdtempSync(join(room, 'logs-')),
    prefix: 'check-feed-health',
    zone: 'Asia/Shanghai',
    level: 'debug',
    identity: {
      run_id: 'r-1',
      request_id: 'q-1',
      trace_id: 'a'.repeat(32),
      span_id: 'b'.repeat(16),
      command: 'check-feed-health',
      environment: 'sim',
    },
    redact: (text) => text.replaceAll('hunter2', '<secret>'),
    ...changes,
  };
}

function readRecords(path: string): LogRecord[] {
  const text = readFileSync(path, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LogRecord);
}

test('a record carries zone, identity and fields, in a file named after the command and the local time', async () => {
  const given = options();
  const log = createLog(given);
  log.event('step_finished', 'feeds are up', { duration_ms: 12.4, step: 'start feeds', extra: { feeds: 2 } });
  await log.close();
  expect(readdirSync(given.directory)).toEqual(['check-feed-health_20260302-205500.log']);
  expect(readRecords(log.path() ?? '')).toEqual([
    {
      ts: '2026-03-02T20:55:00.123+08:00',
      level: 'info',
      service: 'mdops',
      event: 'step_finished',
      run_id: 'r-1',
      request_id: 'q-1',
      trace_id: 'a'.repeat(32),
      span_id: 'b'.repeat(16),
      command: 'check-feed-health',
      environment: 'sim',
      message: 'feeds are up',
      step: 'start feeds',
      duration_ms: 12,
      extra: { feeds: 2 },
    },
  ]);
  expect(statSync(log.path() ?? '').mode & 0o777).toBe(0o600);
});

test('every record of any content fits the schema and stays one line under 32 KiB', async () => {
  const log = createLog(options());
  const seen: LogRecord[] = [];
  log.observe((record) => seen.push(record));
  fc.assert(
    fc.property(
      fc.constantFrom(...EVENTS),
      fc.string({ unit: 'binary', maxLength: 3_000 }),
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })),
      fc.double({ min: -5, max: 1e9, noNaN: true }),
      (event, message, extra, duration) => {
        log.event(event, message, { duration_ms: duration, extra: extra as JsonObject });
      },
    ),
    { numRuns: 300 },
  );
  await log.close();
  const lines = readFileSync(log.path() ?? '', 'utf8')
    .trimEnd()
    .split('\n');
  expect(lines.length).toBe(seen.length);
  for (const line of lines) {
    expect(Buffer.byteLength(line)).toBeLessThan(32_768);
    const ok = validate(JSON.parse(line));
    expect(validate.errors ?? []).toEqual([]);
    expect(ok).toBe(true);
  }
});

test('texts are cut at the configured length, with their own', async () => {
  const log = createLog(options({ maxTextBytes: 300 }));
  log.event('message', 'x'.repeat(400), { extra: { short: 'y'.repeat(300), long: 'é'.repeat(200) } });
  await log.close();
  expect(readRecords(log.path() ?? '')[0]).toMatchObject({
    message: `${'x'.repeat(300)}… (400 bytes)`,
    extra: { short: 'y'.repeat(300), long: `${'é'.repeat(150)}… (400 bytes)` },
  });
});

test('the schema on disk is the one the code has', () => {
  const path = new URL('../../../logs/schema/log-event.schema.json', import.meta.url);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(LOG_EVENT_SCHEMA);
});

test('the schema refuses an unknown event, a foreign field and a time without a zone', () => {
  const good = {
    ...options().identity,
    ts: '2026-03-02T20:55:00.123+08:00',
    level: 'info',
    service: 'mdops',
    event: 'message',
    message: '',
    extra: {},
  };
  expect(validate(good)).toBe(true);
  for (const bad of [{ event: 'made_up' }, { user: 'x' }, { ts: '2026-03-02T20:55:00' }, { trace_id: 'A' }]) {
    expect(validate({ ...good, ...bad }), JSON.stringify(bad)).toBe(false);
  }
});

test('secrets are masked in messages, steps, keys and values, however deep', async () => {
  const log = createLog(options());
  const smuggled = { token: new Secret('s3cr3t-value', 'TEST') } as unknown as JsonObject;
  log.event('message', 'password hunter2', {
    step: 'hunter2',
    extra: { hunter2: [{ deep: 'x hunter2 y' }], ...smuggled },
  });
  await log.close();
  const text = readFileSync(log.path() ?? '', 'utf8');
  expect(text).not.toContain('hunter2');
  expect(text).not.toContain('s3cr3t-value');
  expect(text).toContain('x <secret> y');
});

test('a long text keeps its beginning and says its size in bytes', async () => {
  const log = createLog(options());
  log.event('step_output', '界'.repeat(5_000), {
    extra: { rows: Array.from({ length: 9_000 }, (_, at) => `row ${at}`) },
  });
  await log.close();
  const [record] = readRecords(log.path() ?? '');
  expect(record?.message.endsWith('… (15000 bytes)')).toBe(true);
  expect(record?.message).not.toContain('\ufffd');
  expect(record?.extra['truncated_bytes']).toBeGreaterThan(90_000);
});

test('a key named __proto__ is data', async () => {
  const log = createLog(options());
  log.event('message', 'x', { extra: JSON.parse('{"__proto__": {"polluted": true}}') as JsonObject });
  await log.close();
  expect(readFileSync(log.path() ?? '', 'utf8')).toContain('"__proto__":{"polluted":true}');
  expect(({} as { polluted?: boolean }).polluted).toBe(undefined);
});

test('the level bounds the file but not the observers', async () => {
  const log = createLog(options({ level: 'warn' }));
  const seen: string[] = [];
  log.observe((record) => seen.push(record.level));
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log.event('message', level, { level });
  await log.close();
  expect(seen).toEqual(['debug', 'info', 'warn', 'error']);
  expect(readRecords(log.path() ?? '').map((record) => record.level)).toEqual(['warn', 'error']);
});

test('runs that start within one second get a file each', async () => {
  const given = options();
  const logs = [1, 2, 3].map(() => createLog(given));
  for (const log of logs) log.event('message', 'hello');
  await Promise.all(logs.map((log) => log.close()));
  expect(readdirSync(given.directory)).toEqual([
    'check-feed-health_20260302-205500-2.log',
    'check-feed-health_20260302-205500-3.log',
    'check-feed-health_20260302-205500.log',
  ]);
});

test('a prefix cannot leave the log directory', async () => {
  const given = options({ prefix: '../../etc/x y' });
  const log = createLog(given);
  log.event('message', 'hello');
  await log.close();
  expect(readdirSync(given.directory)).toEqual(['etc-x-y_20260302-205500.log']);
});

describe('a disk that refuses', () => {
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  const cases: Readonly<Record<string, Partial<Files>>> = {
    'the directory': { makeDirectory: () => Promise.reject(full) },
    'the file': { openAppend: () => Promise.reject(full) },
    'the append': {
      openAppend: async () => ({
        append: () => Promise.reject(full),
        truncate: async () => undefined,
        close: async () => undefined,
      }),
    },
  };
  test.each(Object.entries(cases))('at %s costs the file, is told, and nothing else', async (_name, broken) => {
    const log = createLog(options({ files: { ...createFiles(), ...broken } }));
    const seen: string[] = [];
    log.observe((record) => seen.push(record.message));
    log.event('message', 'one');
    await log.flush();
    log.event('message', 'two');
    await log.close();
    expect(seen).toEqual(['one', 'two']);
    expect(log.trouble()).toEqual({ reason: 'no space left on the disk', lost: 2 });
  });
});

test('lines written while the disk is busy are not lost and keep their order', async () => {
  const log = createLog(options());
  for (let at = 0; at < 200; at += 1) {
    log.event('message', String(at));
    if (at % 7 === 0) await Promise.resolve();
    if (at % 31 === 0) await log.flush();
  }
  await log.close();
  expect(readRecords(log.path() ?? '').map((record) => Number(record.message))).toEqual(
    Array.from({ length: 200 }, (_, at) => at),
  );
});
