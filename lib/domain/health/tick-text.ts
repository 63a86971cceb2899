// Tick times as text. The usual forms go through the engine's own parser, everything else through the strict one.

import { parseTickTime } from './tick-time.ts';
import { encodeText } from './utf8.ts';

// What `Date.parse` reads exactly as RFC 3339 says; it would roll 30 February over and take no zone for local time.
const USUAL =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,3})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

export function parseTickText(text: string): number {
  if (USUAL.test(text)) return Date.parse(text);
  const bytes = encodeText(text);
  return parseTickTime(bytes, 0, bytes.length);
}
