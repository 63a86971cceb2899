// One raw value → the typed value of a field, or what was wanted instead. One reader per kind.

import { isAbsolute, resolve } from 'node:path';
import { formatDuration, parseDuration } from '../../base/duration.ts';
import { isRecord } from '../../base/json.ts';
import { decodePercent } from '../../base/percent.ts';
import { showFound } from './diagnostics.ts';
import { readAddress, readBytes, readTimeOfDay, readTimeRange, readTimezone, readUrl } from './read-text.ts';
import { type Reading, right, wrong } from './reading.ts';
import type { Field, Kind } from './schema.ts';

export interface Place {
  /** Directory that relative paths start from. */
  readonly directory: string;
  /** Typed on a command line or in the environment, where everything is text. */
  readonly typed: boolean;
}

type Reader = (raw: unknown, field: Field<unknown>, place: Place) => Reading;

export function readValue(raw: unknown, field: Field<unknown>, place: Place): Reading {
  return READERS[field.kind](raw, field, place);
}

const READERS = {
  text: (raw, field) => {
    if (typeof raw !== 'string' || raw === '' || /[\0\r\n]/.test(raw))
      return wrong(field.wanted ?? 'a text of one line');
    if (field.pattern !== undefined && !field.pattern.test(raw)) return wrong(field.wanted ?? 'another text');
    return right(raw);
  },
  choice: (raw, field) =>
    typeof raw === 'string' && field.choices?.includes(raw) === true
      ? right(raw)
      : wrong(`one of ${field.choices?.join(', ') ?? ''}`),
  integer: (raw, field, place) => {
    const value = place.typed ? numberOf(raw) : raw;
    return typeof value === 'number' && Number.isSafeInteger(value) && isWithin(value, field)
      ? right(value)
      : wrong(`a whole number${limits(field, String)}`);
  },
  number: (raw, field, place) => {
    const value = place.typed ? numberOf(raw) : raw;
    return typeof value === 'number' && Number.isFinite(value) && isWithin(value, field)
      ? right(value)
      : wrong(`a number${limits(field, String)}`);
  },
  boolean: (raw, _field, place) => {
    const value = place.typed && typeof raw === 'string' ? SWITCH.get(raw.toLowerCase()) : raw;
    return typeof value === 'boolean' ? right(value) : wrong('true or false');
  },
  duration: readDuration,
  bytes: (raw, field) => {
    const value = typeof raw === 'string' ? readBytes(raw) : undefined;
    return value !== undefined && isWithin(value, field)
      ? right(value)
      : wrong(`a size with its unit, such as "4KiB"${limits(field, (limit) => `${limit}B`)}`);
  },
  url: (raw, field) => (typeof raw === 'string' ? readUrl(raw, field.schemes ?? []) : wrongUrl(field)),
  urls: (raw, field, place) =>
    readList(raw, place, (item) => (typeof item === 'string' ? readUrl(item, field.schemes ?? []) : wrongUrl(field))),
  address: (raw) => (typeof raw === 'string' ? readAddress(raw) : wrong('an address such as "127.0.0.1:4222"')),
  path: (raw, _field, place) =>
    typeof raw === 'string' && raw !== '' && !raw.includes('\0')
      ? right(isAbsolute(raw) ? raw : resolve(place.directory, raw))
      : wrong('a path'),
  timezone: (raw) => (typeof raw === 'string' ? readTimezone(raw) : wrong('a time zone such as "Asia/Shanghai"')),
  'time of day': (raw) => (typeof raw === 'string' ? readTimeOfDay(raw) : wrong('a time of day such as "09:00"')),
  'time ranges': (raw, _field, place) =>
    readList(raw, place, (item) =>
      typeof item === 'string' ? readTimeRange(item) : wrong('a range such as "11:30-13:30"'),
    ),
  // Secrets never pass here: they are read where their source is known.
  secret: () => wrong('a secret'),
  words: (raw, field, place) => {
    const list = readList(raw, place, (item) =>
      typeof item === 'string' && item !== '' && !item.includes('\0')
        ? right(item)
        : wrong('a list of texts (quote numbers)'),
    );
    return list.ok && !isWithin(list.value.length, field) ? wrong('a list that is not empty') : list;
  },
  attributes: readAttributes,
} satisfies Record<Kind, Reader>;

const SWITCH: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
]);

function readDuration(raw: unknown, field: Field<unknown>, place: Place): Reading {
  const bare = place.typed && field.bareUnit !== undefined ? numberOf(raw) : undefined;
  const value =
    typeof bare === 'number'
      ? bare * (field.bareUnit === 's' ? 1_000 : 1)
      : typeof raw === 'string'
        ? parseDuration(raw)
        : undefined;
  if (value !== undefined && Number.isSafeInteger(value) && isWithin(value, { min: 0, ...field })) return right(value);
  const example = typeof raw === 'number' && raw > 0 ? `${raw}s` : '30s';
  return wrong(`a duration with its unit, such as "${example}"${limits(field, formatDuration)}`);
}

function readAttributes(raw: unknown, _field: Field<unknown>, place: Place): Reading {
  const found = new Map<string, string>();
  if (place.typed && typeof raw === 'string') {
    for (const pair of raw.split(',').filter((part) => part.trim() !== '')) {
      const at = pair.indexOf('=');
      if (at < 1) return wrong('name=value pairs separated by commas');
      // As OTEL_RESOURCE_ATTRIBUTES has them.
      found.set(decodePercent(pair.slice(0, at).trim()), decodePercent(pair.slice(at + 1).trim()));
    }
    return right(found);
  }
  if (!isRecord(raw)) return wrong('a mapping of names to texts');
  for (const [name, value] of Object.entries(raw)) {
    if (typeof value !== 'string' || value.includes('\0')) return wrong('a mapping of names to texts (quote numbers)');
    found.set(name, value);
  }
  return right(found);
}

function readList<T>(raw: unknown, place: Place, readItem: (item: unknown) => Reading<T>): Reading<readonly T[]> {
  const items = place.typed && typeof raw === 'string' ? raw.split(',').map((item) => item.trim()) : raw;
  if (!Array.isArray(items)) return wrong('a list');
  const values: T[] = [];
  for (const item of items as readonly unknown[]) {
    if (place.typed && item === '') continue;
    const reading = readItem(item);
    if (!reading.ok) return { ...reading, found: showFound(item).replace(/^is/, 'holds') };
    values.push(reading.value);
  }
  return right(values);
}

// Number('') and Number(' ') are 0, Number('0x10') is 16: none of them is what a person types for a number.
function numberOf(raw: unknown): unknown {
  return typeof raw === 'string' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(raw) ? Number(raw) : raw;
}

function isWithin(value: number, limit: { readonly min?: number; readonly max?: number }): boolean {
  return value >= (limit.min ?? -Infinity) && value <= (limit.max ?? Infinity);
}

function limits(field: Field<unknown>, show: (limit: number) => string): string {
  if (field.min !== undefined && field.max !== undefined) return ` from ${show(field.min)} to ${show(field.max)}`;
  if (field.min !== undefined) return ` of at least ${show(field.min)}`;
  return field.max === undefined ? '' : ` of at most ${show(field.max)}`;
}

function wrongUrl(field: Field<unknown>): Reading<never> {
  return wrong(`an address such as "${field.schemes?.[0] ?? 'http'}://host:port"`);
}
