// Instants as RFC 3339 text in a named zone, without loading the zone database when the zone has no summer time.

import { isoInstant } from './iso-instant.ts';

/**
 * Zones of our exchanges without any change of offset since 2000. Asking ICU for one costs 18 ms once per process,
 * most of what a whole short command takes.
 */
const FIXED_OFFSET_MINUTES: Readonly<Record<string, number>> = {
  UTC: 0,
  'Etc/UTC': 0,
  'Asia/Shanghai': 480,
  'Asia/Hong_Kong': 480,
  'Asia/Singapore': 480,
  'Asia/Taipei': 480,
  'Asia/Tokyo': 540,
  'Asia/Seoul': 540,
  'Asia/Kolkata': 330,
  'Asia/Dubai': 240,
};

const MINUTE_MS = 60_000;

/** Whether the zone is known without asking the zone database. */
function isFixedZone(zone: string): boolean {
  return Object.hasOwn(FIXED_OFFSET_MINUTES, zone);
}

/** Whether there is such a zone. */
export function isZone(zone: string): boolean {
  if (isFixedZone(zone)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Minutes east of UTC at an instant; an unknown zone counts as UTC (config refuses it earlier). */
export function zoneOffsetMinutes(zone: string, epochMs: number): number {
  return isFixedZone(zone) ? (FIXED_OFFSET_MINUTES[zone] ?? 0) : offsetFromDatabase(zone, epochMs);
}

/** `2026-03-02T20:55:00.123+08:00`. */
export function formatInZone(epochMs: number, zone: string): string {
  const offset = zoneOffsetMinutes(zone, epochMs);
  const size = Math.abs(offset);
  return `${localIso(epochMs, offset)}${offset < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

/** `20260302-205500`, as file names carry it. */
export function stampInZone(epochMs: number, zone: string): string {
  const [date = '', time = ''] = localIso(epochMs, zoneOffsetMinutes(zone, epochMs)).split('T');
  return `${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}`;
}

function localIso(epochMs: number, offsetMinutes: number): string {
  return isoInstant(epochMs + offsetMinutes * MINUTE_MS).slice(0, -1);
}

/** Making one takes longer than asking it; a process meets one or two zones. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formats.set(zone, format);
  return format;
}

function offsetFromDatabase(zone: string, epochMs: number): number {
  try {
    const name =
      formatOf(zone)
        .formatToParts(epochMs)
        .find((part) => part.type === 'timeZoneName')?.value ?? '';
    const match = /GMT([+-])(\d{2}):(\d{2})/.exec(name);
    if (match === null) return 0;
    const minutes = Number(match[2]) * 60 + Number(match[3]);
    return match[1] === '-' ? -minutes : minutes;
  } catch {
    return 0;
  }
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
