// What may enter a log record: bounded, redacted, plain JSON.

import type { Json, JsonObject } from '../../base/json.ts';

const MAX_TEXT_BYTES = 4_096;
// A record must stay one small append; shippers cut lines at 16 or 32 KiB.
const MAX_EXTRA_BYTES = 12_288;
const MAX_DEPTH = 8;

const encoder = new TextEncoder();

/** The text, or its beginning and its size: `… (12345 bytes)`. */
export function boundText(text: string, maxBytes = MAX_TEXT_BYTES): string {
  if (text.length * 3 <= maxBytes) return text;
  const bytes = encoder.encode(text);
  if (bytes.length <= maxBytes) return text;
  const end = characterStart(bytes, maxBytes);
  return `${new TextDecoder().decode(bytes.subarray(0, end))}… (${bytes.length} bytes)`;
}

/** A copy with every text redacted and bounded, nothing JSON cannot carry, and no depth that breaks a reader. */
export function cleanValue(value: JsonObject, redact: (text: string) => string): JsonObject {
  return cleanObject(value, redact, 0);
}

/** The object, or its size when it is too large for one line. */
export function boundExtra(extra: JsonObject): JsonObject {
  const text = JSON.stringify(extra);
  if (text.length * 3 <= MAX_EXTRA_BYTES) return extra;
  const bytes = encoder.encode(text).length;
  if (bytes <= MAX_EXTRA_BYTES) return extra;
  return { truncated_bytes: bytes, head: boundText(text, MAX_TEXT_BYTES) };
}

function cleanObject(value: JsonObject, redact: (text: string) => string, depth: number): JsonObject {
  const clean: Record<string, Json> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    // defineProperty: a key named __proto__ is data.
    Object.defineProperty(clean, boundText(redact(key), 200), {
      value: cleanJson(inner, redact, depth + 1),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return clean;
}

function cleanJson(value: Json, redact: (text: string) => string, depth: number): Json {
  if (typeof value === 'string') return boundText(redact(value));
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value !== 'object') return boundText(redact(String(value)));
  if (depth > MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((inner) => cleanJson(inner, redact, depth + 1));
  return cleanObject(plain(value as object), redact, depth);
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
