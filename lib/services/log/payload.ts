// What may enter a log record: bounded, redacted, plain JSON.

import type { Json, JsonObject } from '../../base/json.ts';

/** As long as a text may be where nothing else is configured. */
export const MAX_TEXT_BYTES = 4_096;
// Of the longest text: a record must stay one small append; shippers cut lines at 16 or 32 KiB.
const EXTRA_TEXTS = 3;
const MAX_NAME_BYTES = 200;
const MAX_DEPTH = 8;

const encoder = new TextEncoder();

/** The text, or its beginning and its size: `… (12345 bytes)`. */
export function boundText(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  const bytes = encoder.encode(text);
  if (bytes.length <= maxBytes) return text;
  const end = characterStart(bytes, maxBytes);
  return `${new TextDecoder().decode(bytes.subarray(0, end))}… (${bytes.length} bytes)`;
}

/** A copy with every text made clean, nothing JSON cannot carry, and no depth that breaks a reader. */
export function cleanValue(value: JsonObject, clean: (text: string) => string): JsonObject {
  return cleanObject(value, clean, 0);
}

/** The object, or its size when it is too large for one line. */
export function boundExtra(extra: JsonObject, maxTextBytes: number): JsonObject {
  const maxBytes = EXTRA_TEXTS * maxTextBytes;
  const text = JSON.stringify(extra);
  if (text.length * 3 <= maxBytes) return extra;
  const bytes = encoder.encode(text).length;
  if (bytes <= maxBytes) return extra;
  return { truncated_bytes: bytes, head: boundText(text, maxTextBytes) };
}

function cleanObject(value: JsonObject, clean: (text: string) => string, depth: number): JsonObject {
  const copy: Record<string, Json> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    // defineProperty: a key named __proto__ is data.
    Object.defineProperty(copy, boundText(clean(key), MAX_NAME_BYTES), {
      value: cleanJson(inner, clean, depth + 1),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return copy;
}

function cleanJson(value: Json, clean: (text: string) => string, depth: number): Json {
  if (typeof value === 'string') return clean(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value !== 'object') return clean(String(value));
  if (depth > MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((inner) => cleanJson(inner, clean, depth + 1));
  return cleanObject(plain(value as object), clean, depth);
}

/** Secrets and other objects with a text of their own arrive here when a caller got round the types. */
function plain(value: object): JsonObject {
  if ('toJSON' in value && typeof value.toJSON === 'function') return { value: String(value) };
  return value as JsonObject;
}

function characterStart(bytes: Uint8Array, at: number): number {
  let end = at;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}
