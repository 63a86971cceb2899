// A secret that every run of the suite is given, and the search for it in all that the run leaves behind.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Awkward on purpose: it looks different in each encoding. */
export const CANARY = 'c4n4ry/+S3cr\'et "v&lue<9>>>>??????~~~';

/** Credentials that no run needs: whatever shows them has leaked them. */
export const CANARY_ENV = { GRAFANA_TOKEN: CANARY, CTP_PRIMARY_PASSWORD: CANARY, CTP_BACKUP_PASSWORD: CANARY };

const LARGEST_BYTES = 1_048_576;
/** What a component writes itself, past us, into its private log. */
const COMPONENT_LOG = /\/components\/[^/]+\/[^/]+\.log$/;

/** The ways in which a secret may look, computed without the product's own list. */
export function formsOf(secret: string): string[] {
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]).toString('base64');
    return text.slice(before === 0 ? 0 : 4, -4);
  });
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    Buffer.from(secret).toString('hex'),
    `'${secret.replaceAll("'", "'\\''")}'`,
    secret.replaceAll("'", "\\'"),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  ];
}

const FORMS = formsOf(CANARY);

export function hasCanary(text: string): boolean {
  return FORMS.some((form) => text.includes(form));
}

/** Files below a directory that were written since then and show the canary. */
export function findCanaryFiles(directory: string, sinceMs: number): string[] {
  return filesBelow(directory).filter((path) => {
    if (COMPONENT_LOG.test(path)) return false;
    const { size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
    if (mtimeMs < sinceMs || size === 0 || size > LARGEST_BYTES) return false;
    try {
      return hasCanary(readFileSync(path, 'utf8'));
    } catch {
      // Gone, or not ours to read: another run of the test is at work there.
      return false;
    }
  });
}

export function filesBelow(path: string): string[] {
  try {
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}
