// Texts with a form of their own: addresses, sizes, time zones, times of day.

import { isZone } from '../../base/zoned-time.ts';
import type { Reading } from './reading.ts';
import type { TimeRange } from './schema.ts';

const UNIT_BYTES: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['kB', 1_000],
  ['KiB', 1_024],
  ['MB', 1_000_000],
  ['MiB', 1_048_576],
  ['GB', 1_000_000_000],
  ['GiB', 1_073_741_824],
]);

export function readBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s?([kKMG]?i?B)$/.exec(text);
  const unit = match === null ? undefined : UNIT_BYTES.get(match[2] ?? '');
  return unit === undefined ? undefined : Math.round(Number(match?.[1]) * unit);
}

export function readUrl(text: string, schemes: readonly string[]): Reading<string> {
  const example = `an address such as "${schemes[0] ?? 'http'}://host:port"`;
  if (!URL.canParse(text) || /[\s\0-\u001f]/.test(text)) return { ok: false, wanted: example };
  const url = new URL(text);
  if (schemes.length > 0 && !schemes.includes(url.protocol.slice(0, -1))) {
    return { ok: false, wanted: `an address with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}` };
  }
  if (url.hostname === '') return { ok: false, wanted: example };
  if (url.username !== '' || url.password !== '') {
    return { ok: false, wanted: 'an address without user and password: they have keys of their own' };
  }
  return { ok: true, value: text.replace(/\/+$/, '') };
}

export function readAddress(text: string): Reading<string> {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  return match !== null && port >= 1 && port <= 65_535
    ? { ok: true, value: text }
    : { ok: false, wanted: 'an address such as "127.0.0.1:4222"' };
}

export function readTimezone(text: string): Reading<string> {
  return isZone(text) ? { ok: true, value: text } : { ok: false, wanted: 'a time zone such as "Asia/Shanghai"' };
}

export function readTimeOfDay(text: string): Reading<number> {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return match === null
    ? { ok: false, wanted: 'a time of day such as "09:00"' }
    : { ok: true, value: Number(match[1]) * 60 + Number(match[2]) };
}

export function readTimeRange(text: string): Reading<TimeRange> {
  const [from = '', to = '', ...rest] = text.split('-');
  const start = readTimeOfDay(from.trim());
  const end = readTimeOfDay(to.trim());
  return start.ok && end.ok && rest.length === 0 && start.value !== end.value
    ? { ok: true, value: { startMinute: start.value, endMinute: end.value } }
    : { ok: false, wanted: 'a range such as "11:30-13:30"' };
}
