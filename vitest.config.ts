// The test suites: a fast one in shared threads, a real one with processes and servers, a lone one that measures time.

import { defineConfig } from 'vitest/config';

/** Real processes, signals, sockets or binaries: own process per file. */
const REAL = [
  'tests/effects/**/*.test.ts',
  'tests/run/**/*.test.ts',
  'tests/scripts/**/*.test.ts',
  'tests/dialogues/**/*.test.ts',
  'tests/crash/**/*.test.ts',
  'tests/live/**/*.test.ts',
  'tests/sim/**/*.test.ts',
  'tests/**/*.{live,crash,real}.test.ts',
];
/** Asserts on durations, or needs the machine to itself: after all others, one at a time. */
const ALONE = [
  'tests/effects/http.test.ts',
  'tests/systemd/**/*.test.ts',
  'tests/run/crash.test.ts',
  'tests/dialogues/start-live-env.test.ts',
  'tests/crash/**/*.test.ts',
  'tests/sim/environment/route-switch.test.ts',
  'tests/sim/lane.test.ts',
  'tests/**/*.alone.test.ts',
];

const always = { retry: 0, passWithNoTests: false, setupFiles: ['tests/support/seed.ts'] };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...always,
          name: 'fast',
          include: ['tests/**/*.test.ts'],
          exclude: [...REAL, ...ALONE, '**/node_modules/**'],
          pool: 'threads',
          isolate: false,
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...always,
          name: 'real',
          include: REAL,
          exclude: [...ALONE, '**/node_modules/**'],
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...always,
          name: 'alone',
          include: ALONE,
          exclude: ['**/node_modules/**'],
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
