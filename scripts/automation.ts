// `mdops automation`: budgets, pauses and the global switch of automatic actions.

import type { Command } from '../lib/run/command.ts';

const TARGET = { name: 'TARGET', summary: 'the feed, as in --feed-label', required: true, variadic: false };

export const command: Command = {
  name: 'automation',
  summary: 'see and steer what automation may do: budgets, pauses, the global switch',
  description: [
    'Automatic remediation is limited for each target by the hour and the day. A spent budget latches: nothing more is done until somebody has looked and says so with ack.',
  ],
  runbook: 'runbooks/production-runbook.md#5-routine-health',
  verbs: {
    status: { summary: 'budgets, latches, pauses' },
    pause: { summary: 'leave a target alone for a while', positionals: [TARGET] },
    resume: { summary: 'end a pause early', positionals: [TARGET] },
    ack: { summary: 'open a latched budget after looking; a refused page was closed by hand', positionals: [TARGET] },
    off: { summary: 'stop all automatic actions' },
    on: { summary: 'allow them again' },
  },
  defaultVerb: 'status',
  flags: {
    for: { kind: 'duration', value: 'DURATION', summary: 'how long a pause lasts' },
    reason: { kind: 'text', value: 'TEXT', summary: 'why, for everyone who asks later' },
  },
  examples: [
    { line: 'mdops automation', note: 'what is allowed now' },
    { line: 'mdops automation pause primary --for 2h --reason "venue maintenance"', note: 'before planned work' },
    { line: 'mdops automation ack primary', note: 'after the cause was found' },
  ],
  records: (invocation) => (invocation.verb === null || invocation.verb === 'status' ? 'none' : 'run'),
  load: async () => (await import('../lib/flows/automation/automation.ts')).steerAutomation,
};
