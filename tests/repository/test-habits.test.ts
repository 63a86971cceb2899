// Tests that cannot fail, do not run, sleep or replace modules are found before they are believed.

import { describe, expect, test } from 'vitest';
import { readSources } from '../architecture/read-sources.ts';
import { blank } from '../architecture/source-text.ts';

const TESTS = readSources(/^tests\/.*\.ts$/);

/** Matched against code with its strings blanked, so that naming a habit is not having it. */
const BAD_HABITS: Record<string, { readonly pattern: RegExp; readonly planted: string }> = {
  'is left out': {
    pattern: /\b(?:test|it|describe)\s*\.\s*(?:skip|only|todo|skipIf|runIf|fails)\b/,
    planted: 'test.only()',
  },
  'asserts almost nothing': { pattern: /\.(?:toBeTruthy|toBeDefined|toBeFalsy)\(/, planted: 'expect(a).toBeTruthy()' },
  'replaces a module': { pattern: /\bvi\s*\.\s*(?:mock|doMock|hoisted)\(/, planted: 'vi.mock()' },
  'runs again until it passes': { pattern: /\bretry:\s*[1-9]/, planted: 'retry: 2' },
};

describe('no test', () => {
  for (const [what, { pattern, planted }] of Object.entries(BAD_HABITS)) {
    test(what, () => {
      expect(pattern.test(blank(planted))).toBe(true);
      const found = [...TESTS].filter(([, text]) => pattern.test(blank(text))).map(([path]) => path);
      expect(found).toEqual([]);
    });
  }
});
