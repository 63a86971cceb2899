// Starts a step that stays and leaves it in the way it is told, as a program does on a second Ctrl-C or a bug.

import { createTestProcesses } from './processes-setup.ts';

const WAYS: Readonly<Record<string, () => void>> = {
  exit: () => process.exit(3),
  throw: () => {
    throw new Error('a bug');
  },
  reject: () => void Promise.reject(new Error('a bug')),
};

const [way = '', word = ''] = process.argv.slice(2);
void createTestProcesses().run({
  argv: ['bash', '-c', 'trap "" TERM; setsid sleep $0 & echo up; sleep $0; sleep $0', word],
  timeoutMs: 60_000,
  onLine: () => setTimeout(WAYS[way] ?? (() => {}), 1),
});
