// What masks the secrets of a run's configuration, wherever they lie in it.

import { Secret } from '../base/secret.ts';
import type { LoadedConfig } from '../services/config/load.ts';
import { createRedactor } from '../services/redaction/redactor.ts';

export function redactFor(loaded: Pick<LoadedConfig, 'config' | 'sensitive'>): (text: string) => string {
  return createRedactor([...secretsOf(loaded.config), ...loaded.sensitive]).redact;
}

function secretsOf(value: unknown, found: Secret[] = []): Secret[] {
  if (value instanceof Secret) found.push(value);
  else if (value instanceof Map) for (const inner of value.values()) secretsOf(inner, found);
  else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) secretsOf(inner, found);
  return found;
}
