// What masks the secrets of a run's configuration, wherever they lie in it.

import { Secret } from '../base/secret.ts';
import type { LoadedConfig } from '../services/config/loaded.ts';
import { createRedactor } from '../services/redaction/redactor.ts';

const made = new WeakMap<object, (text: string) => string>();

/** Made once for each configuration: a run asks more than once, and the patterns cost a millisecond. */
export function redactFor(loaded: Pick<LoadedConfig, 'config' | 'sensitive'>): (text: string) => string {
  const known = made.get(loaded);
  if (known !== undefined) return known;
  const { redact } = createRedactor([...secretsOf(loaded.config), ...loaded.sensitive]);
  made.set(loaded, redact);
  return redact;
}

function secretsOf(value: unknown, found: Secret[] = []): Secret[] {
  if (value instanceof Secret) found.push(value);
  else if (value instanceof Map) for (const inner of value.values()) secretsOf(inner, found);
  else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) secretsOf(inner, found);
  return found;
}
