// `mdops demo`: a trading day in under a minute, on the embedded environment.

import type { Command } from '../lib/run/command.ts';

export const command: Command = {
  name: 'demo',
  summary: 'a trading day in under a minute, on the embedded environment',
  description: [
    'Starts feeds, control plane and consumers as real processes, loses contracts and repairs them, loses the primary route and fails over, and shows the alert that a person would get. Every command is the real one; every claim is checked by a probe of its own.',
    'With Prometheus, Pushgateway and Alertmanager on the machine they run too; without them the story is told without alerts. On a terminal it stays up until Ctrl-C.',
  ],
  runbook: 'runbooks/production-runbook.md#1-pre-market-start',
  flags: {
    once: { kind: 'switch', summary: 'end when the day is over, also on a terminal' },
  },
  examples: [
    { line: 'mdops demo', note: 'look around afterwards, Ctrl-C ends it' },
    { line: 'mdops demo --once --json', note: 'the proofs as one document' },
  ],
  records: 'run',
  target: () => ({ name: 'demo', exclusive: true }),
  traffic: 'pooled',
  load: async () => (await import('../lib/flows/demo/demo.ts')).playDemo,
};
