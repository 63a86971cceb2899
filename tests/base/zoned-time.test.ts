// Instants in named zones agree with the zone database, also for the zones whose offset is in our own table.

import { expect, test } from 'vitest';
import { formatInZone, stampInZone, zoneOffsetMinutes } from '../../lib/base/zoned-time.ts';

const HOUR_MS = 3_600_000;

const INSTANTS: Readonly<Record<string, readonly [zone: string, utc: string, local: string]>> = {
  'an evening in Shanghai': ['Asia/Shanghai', '2026-03-02T12:55:00.123Z', '2026-03-02T20:55:00.123+08:00'],
  'midnight there, still yesterday in UTC': ['Asia/Shanghai', '2026-02-28T16:00:00Z', '2026-03-01T00:00:00.000+08:00'],
  'half an hour of offset': ['Asia/Kolkata', '2026-03-02T12:55:00Z', '2026-03-02T18:25:00.000+05:30'],
  'winter in Chicago': ['America/Chicago', '2026-03-08T07:59:59Z', '2026-03-08T01:59:59.000-06:00'],
  'summer in Chicago, a second later': ['America/Chicago', '2026-03-08T08:00:00Z', '2026-03-08T03:00:00.000-05:00'],
  'a leap day': ['UTC', '2028-02-29T23:59:59.999Z', '2028-02-29T23:59:59.999+00:00'],
  'a zone that nobody knows is UTC': ['Mars/Olympus', '2026-03-02T12:55:00Z', '2026-03-02T12:55:00.000+00:00'],
};

test.each(Object.entries(INSTANTS))('%s', (_name, [zone, utc, local]) => {
  expect(formatInZone(Date.parse(utc), zone)).toBe(local);
  expect(Date.parse(local)).toBe(Date.parse(utc));
});

test('a file stamp is the local time', () => {
  expect(stampInZone(Date.parse('2026-12-31T16:00:01Z'), 'Asia/Shanghai')).toBe('20270101-000001');
});

test('the table of fixed offsets agrees with the zone database for every month since 2000', () => {
  const zones = ['UTC', 'Etc/UTC', 'Asia/Shanghai', 'Asia/Hong_Kong', 'Asia/Singapore', 'Asia/Taipei', 'Asia/Tokyo'];
  for (const zone of [...zones, 'Asia/Seoul', 'Asia/Kolkata', 'Asia/Dubai']) {
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hour: '2-digit',
      minute: '2-digit',
      hour12: false,
    });
    for (let ms = Date.UTC(2000, 0, 1); ms < Date.UTC(2040, 0, 1); ms += 30 * 24 * HOUR_MS) {
      const local = new Date(ms + zoneOffsetMinutes(zone, ms) * 60_000).toISOString().slice(11, 16);
      expect(format.format(ms).replace('24:', '00:'), `${zone} ${ms}`).toBe(local);
    }
  }
});
