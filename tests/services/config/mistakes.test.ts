// One bad file per mistake, with the words a person gets beside it.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { formatDiagnostic } from '../../../lib/services/config/diagnostics.ts';
import { loadConfig } from '../../../lib/services/config/load.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures/config');
const MISTAKES = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.slice(0, -5));

async function wordsFor(mistake: string): Promise<string> {
  const environment = {
    get: () => undefined,
    all: () => ({}),
    cwd: FIXTURES,
    host: 'h',
    operator: 'o',
    pid: 1,
    namespace: 'n',
  };
  const flags = { config: `${mistake}.yaml` };
  const { diagnostics } = await loadConfig({ files: createFiles(), environment, flags, keepCache: false });
  const errors = diagnostics.filter((found) => found.severity === 'error');
  return `${errors.map(formatDiagnostic).join('\n')}\n`;
}

describe('a config file with a mistake is refused in words that help', () => {
  it.each(MISTAKES)('%s', async (mistake) => {
    const words = await wordsFor(mistake);
    expect(words).toContain(mistake);
    expect(words).toMatch(/; (?:wanted |did you mean )/);
    expect(words).not.toContain('canary');
    expect(words).toBe(readFileSync(join(FIXTURES, `${mistake}.txt`), 'utf8'));
  });

  it('all mistakes of a file are told in one run', async () => {
    expect((await wordsFor('many-mistakes-at-once')).trim().split('\n')).toHaveLength(5);
  });
});
