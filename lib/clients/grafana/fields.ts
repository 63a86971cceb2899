// Reading fields of answers whose shape is not known for certain.

import { isRecord, type Json, type JsonObject } from '../../base/json.ts';

export function record(value: unknown): JsonObject {
  return isRecord(value) ? (value as JsonObject) : {};
}

export function records(value: unknown): JsonObject[] {
  return Array.isArray(value) ? (value.filter(isRecord) as JsonObject[]) : [];
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

export function pick(value: JsonObject, keys: readonly string[]): Record<string, Json> {
  return Object.fromEntries(keys.flatMap((key) => (value[key] === undefined ? [] : [[key, value[key] as Json]])));
}

export function without(value: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}
