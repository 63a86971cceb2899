// The byte readers against JSON.parse: valid, mutated, and cut into pieces.

import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { type ListReader, readWhole } from '../../../lib/domain/health/byte-reader.ts';
import { createJsonListReader, type EntrySink, type Origin } from '../../../lib/domain/health/json-list.ts';
import { createLineListReader } from '../../../lib/domain/health/line-list.ts';
import { FIELD, KIND } from '../../../lib/domain/health/row.ts';

// Thousands of runs take a while where tests share two cores.
vi.setConfig({ testTimeout: 60_000 });

const FIELDS = ['symbol', 'subscription_id', 'exchange', 'last_tick_at', 'active'] as const;
const KINDS = Object.fromEntries(Object.entries(KIND).map(([name, kind]) => [kind, name]));
const OK = '';
type Read = { readonly entries: unknown[]; readonly origin: Origin } | 'refused';

/** What the scanner saw of each entry, in a form that an oracle can make from objects. */
function collect(
  create: (sink: EntrySink, origin: Origin) => ListReader,
  bytes: Uint8Array,
  cuts: number[] = [],
): Read {
  const entries: unknown[] = [];
  const origin: Origin = {};
  const sink: EntrySink = {
    listKeys: ['items', 'subscriptions'],
    flush: () => {},
    restart: () => entries.splice(0),
    accept: (row, from) => {
      const seen = FIELDS.map((name) => {
        const field = FIELD[fieldKey(name)];
        const text = row.text(field, from);
        if (text !== undefined) return text;
        const kind = KINDS[row.kinds[field]!]!;
        if (kind !== 'number') return `<${kind}>`;
        return Number(new TextDecoder().decode(from.subarray(row.starts[field]!, row.ends[field]!)));
      });
      entries.push(row.isBare ? { bare: seen[0] } : seen);
      return true;
    },
  };
  const reader = create(sink, origin);
  const problem = cuts.length === 0 ? readWhole(reader, bytes) : readCut(reader, bytes, cuts);
  return problem === OK ? { entries, origin: JSON.parse(JSON.stringify(origin)) } : 'refused';
}

function readCut(reader: ListReader, bytes: Uint8Array, cuts: number[]): string {
  const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < places.length; i += 1) {
    const piece = bytes.subarray(places[i - 1]!, places[i]!);
    reader.room(piece.length).set(piece);
    reader.take(piece.length);
  }
  return reader.finish();
}

function fieldKey(name: (typeof FIELDS)[number]): keyof typeof FIELD {
  return name === 'subscription_id' ? 'subscriptionId' : name === 'last_tick_at' ? 'lastTickAt' : name;
}

/** The same from `JSON.parse`. */
function oracle(bytes: Uint8Array): Read {
  try {
    return fromDocument(JSON.parse(decodeStrictly(bytes)));
  } catch {
    return 'refused';
  }
}

function lineOracle(bytes: Uint8Array): Read {
  try {
    const lines = decodeStrictly(bytes)
      .split('\n')
      .filter((line) => /[^ \t\r]/.test(line));
    return { entries: lines.map((line) => describeEntry(JSON.parse(line))), origin: {} };
  } catch {
    return 'refused';
  }
}

function decodeStrictly(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

function fromDocument(value: unknown): Read {
  if (Array.isArray(value)) return { entries: value.map(describeEntry), origin: {} };
  if (typeof value !== 'object' || value === null) return 'refused';
  const get = (key: string): unknown =>
    Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  const list = get('subscriptions') !== undefined ? get('subscriptions') : get('items');
  if (!Array.isArray(list)) return 'refused';
  const origin: Origin = {
    ...(typeof get('source') === 'string' && { source: get('source') as string }),
    ...(typeof get('error') === 'string' && { error: get('error') as string }),
    ...(get('truncated') !== undefined && { isTruncated: get('truncated') === true }),
    ...(typeof get('total') === 'number' && { total: get('total') as number }),
  };
  return { entries: list.map(describeEntry), origin: JSON.parse(JSON.stringify(origin)) };
}

function describeEntry(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return { bare: describeField(entry) };
  return FIELDS.map((name) =>
    Object.hasOwn(entry, name) ? describeField((entry as Record<string, unknown>)[name]) : '<absent>',
  );
}

function describeField(value: unknown): unknown {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (value === null) return '<null>';
  return typeof value === 'boolean' ? `<${value}>` : '<other>';
}

const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...FIELDS, '__proto__', 'symbo', 'Symbol') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
);
const scalar = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double().filter((value) => !Number.isNaN(value)),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('\ud800', '\udc00\ud800', 'a"b', '\\', '\u0000', 'rb2501.SHFE', '2026-01-05T09:30:00Z'),
);
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 3 }).map(objectText),
  ),
}));

/** An object's text, so that keys may repeat: wrapped, and unwrapped when printed. */
class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
function objectText(pairs: [string, unknown][]): RawJson {
  return new RawJson(`{${pairs.map(([name, value]) => `${print(name)}:${print(value)}`).join(' ,\t')}}`);
}
function print(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
  return JSON.stringify(value) ?? 'null';
}

const entry = fc.oneof(fc.array(fc.tuple(key, anyValue), { maxLength: 6 }).map(objectText), scalar);
const topKey = fc.constantFrom('subscriptions', 'items', 'source', 'error', 'truncated', 'total', 'ts', '__proto__');
const document = fc.oneof(
  { weight: 3, arbitrary: fc.array(entry, { maxLength: 5 }) },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.tuple(topKey, fc.oneof(fc.array(entry, { maxLength: 3 }), scalar, anyValue)), { maxLength: 5 })
      .map(objectText),
  },
  { weight: 1, arbitrary: anyValue },
);
/** Rewrites some plain letters of a JSON text as escapes: the value stays the same. */
const documentText = fc
  .tuple(document, fc.boolean())
  .map(([value, escapes]) => (escapes ? escapeLetters(print(value)) : print(value)));
function escapeLetters(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"/g, (string) =>
    string.replace(/\\.|[sxy_]/g, (part) =>
      part.length > 1 ? part : `\\u${part.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const mutation = fc.record({
  at: fc.nat(),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(...encode('[]{}",:\\u0-.eE'))),
  kind: fc.constantFrom('set', 'insert', 'delete', 'cut'),
});

function mutate(bytes: Uint8Array, changes: { at: number; byte: number; kind: string }[]): Uint8Array {
  const out = [...bytes];
  for (const { at, byte, kind } of changes) {
    const place = out.length === 0 ? 0 : at % out.length;
    if (kind === 'set') out[place] = byte;
    else if (kind === 'insert') out.splice(place, 0, byte);
    else if (kind === 'delete') out.splice(place, 1);
    else out.length = place;
  }
  return new Uint8Array(out);
}

describe('the JSON reader', () => {
  test('gives the answer of JSON.parse on every valid document, however it is cut into pieces', () => {
    fc.assert(
      fc.property(documentText, fc.array(fc.nat(300), { maxLength: 4 }), (text, cuts) => {
        const bytes = encode(text);
        expect(collect(createJsonListReader, bytes, cuts)).toEqual(oracle(bytes));
      }),
      { numRuns: 3_000 },
    );
  });

  test('refuses exactly the mutated documents that JSON.parse refuses', () => {
    let refused = 0;
    fc.assert(
      fc.property(
        documentText,
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        fc.array(fc.nat(300), { maxLength: 2 }),
        (text, changes, cuts) => {
          const bytes = mutate(encode(text), changes);
          const expected = oracle(bytes);
          if (expected === 'refused') refused += 1;
          expect(collect(createJsonListReader, bytes, cuts)).toEqual(expected);
        },
      ),
      { numRuns: 10_000 },
    );
    expect(refused).toBeGreaterThan(2_500);
  });

  const texts: Record<string, Uint8Array> = {
    'an empty text': encode(''),
    'a byte order mark': encode('\ufeff[]'),
    'a byte order mark in UTF-16': new Uint8Array([0xff, 0xfe, 0x5b, 0, 0x5d, 0]),
    'an encoded surrogate': new Uint8Array([0x5b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x5d]),
    'an overlong form': new Uint8Array([0x5b, 0x22, 0xc0, 0xaf, 0x22, 0x5d]),
    'a code point above the last': new Uint8Array([0x5b, 0x22, 0xf4, 0x90, 0x80, 0x80, 0x22, 0x5d]),
    'a sequence cut at the end': new Uint8Array([0x5b, 0x22, 0xe6, 0x9c]),
    'the highest code point': encode('["\u{10ffff}"]'),
    'a NUL between values': encode('[1,\u00002]'),
    'a NUL behind the document': encode('[]\u0000'),
    'a trailing comma': encode('["a",]'),
    'two documents': encode('[][]'),
    'a number with a leading zero': encode('[01]'),
    'a number that ends the text': encode('12'),
    NaN: encode('[NaN]'),
    'a depth of 100,000': encode(`[{"x":${'['.repeat(100_000)}${']'.repeat(100_000)},"symbol":"a"}]`),
    'a depth of 100,000 in objects': encode(`[${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}]`),
    'a depth of 100,000 that never closes': encode('['.repeat(100_000)),
    'a repeated list, the last one counts': encode('{"subscriptions":["a"],"subscriptions":["b"],"items":["c"]}'),
    'a preferred list after another': encode('{"items":["c"],"subscriptions":["b"]}'),
    'a list replaced by none': encode('{"subscriptions":["a"],"subscriptions":1}'),
    'a repeated field, the last one counts': encode('[{"symbol":"a","symbol":"b"}]'),
    'a megabyte in one string': encode(`[{"symbol":"${'x'.repeat(2 ** 20)}"}]`),
  };
  test.each(Object.entries(texts))('agrees with JSON.parse on %s', (_name, bytes) => {
    expect(collect(createJsonListReader, bytes)).toEqual(oracle(bytes));
    expect(collect(createJsonListReader, bytes, [1, 3, 5, 7, 11, 70_000])).toEqual(oracle(bytes));
  });
});

describe('the NDJSON reader', () => {
  const createLines = (sink: EntrySink): ListReader => createLineListReader(sink);
  const lines = fc
    .tuple(fc.array(entry.map(print), { maxLength: 5 }), fc.constantFrom('\n', '\r\n', ' \n\n\t', ' '))
    .map(([all, glue]) => all.join(glue));

  test('gives the answer of JSON.parse line by line', () => {
    fc.assert(
      fc.property(
        lines,
        fc.array(mutation, { maxLength: 2 }),
        fc.array(fc.nat(200), { maxLength: 3 }),
        (text, changes, cuts) => {
          const bytes = mutate(encode(text), changes);
          expect(collect(createLines, bytes, cuts)).toEqual(lineOracle(bytes));
        },
      ),
      { numRuns: 5_000 },
    );
  });

  test('refuses an entry over two lines', () => {
    expect(collect(createLines, encode('{"symbol":\n"a"}'))).toBe('refused');
  });
});
