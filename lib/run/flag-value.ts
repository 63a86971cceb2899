// One flag's text → its value, or what was wanted instead.

import { parseDuration } from '../base/duration.ts';
import type { FlagData } from './declaration.ts';
import type { FlagValue } from './invocation.ts';

export type ReadValue =
  | { readonly ok: true; readonly value: FlagValue }
  | { readonly ok: false; readonly wanted: string };

const ADDRESS = /^(https?|nats|tls|wss?):\/\/[^\s/]/;
const INSTANT = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)?$/;

export function readFlagValue(flag: FlagData, text: string): ReadValue {
  switch (flag.kind) {
    case 'switch':
      return { ok: true, value: true };
    case 'text':
      return check(text !== '', text, 'a value that is not empty');
    case 'choice': {
      const choices = flag.choices ?? [];
      return check(choices.includes(text), text, `one of ${choices.join(', ')}`);
    }
    case 'integer':
    case 'number':
      return readNumber(flag, text);
    case 'duration': {
      const ms = parseDuration(text);
      return ms === undefined
        ? { ok: false, wanted: 'a duration with its unit, like 30s, 5m or 1h30m' }
        : { ok: true, value: ms };
    }
    case 'url':
      return check(ADDRESS.test(text), text, 'an address like http://127.0.0.1:9091 or nats://127.0.0.1:4222');
    case 'instant':
      return check(INSTANT.test(text) && isOnCalendar(text), text, 'a time like 2026-01-05T09:00:00+08:00');
  }
}

/** `Date.parse` takes 30 February for 2 March. */
function isOnCalendar(text: string): boolean {
  const day = text.slice(0, 10);
  return !Number.isNaN(Date.parse(text)) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

function check(good: boolean, value: FlagValue, wanted: string): ReadValue {
  return good ? { ok: true, value } : { ok: false, wanted };
}

function readNumber(flag: FlagData, text: string): ReadValue {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = flag;
  const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  const fits =
    value >= min && value <= max && (flag.kind === 'number' ? Number.isFinite(value) : Number.isSafeInteger(value));
  const range =
    flag.max !== undefined
      ? ` from ${flag.min ?? 0} to ${flag.max}`
      : flag.min !== undefined
        ? ` of at least ${flag.min}`
        : '';
  return check(fits, value, `${flag.kind === 'integer' ? 'a whole number' : 'a number'}${range}`);
}
