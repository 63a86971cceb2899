// `mdops probe`: asks configured targets as a user would and holds the answers against objectives.

import type { Command } from '../lib/run/command.ts';

export const command: Command = {
  name: 'probe',
  summary: 'ask targets as a user would, at a fixed rate, and hold the answers against objectives',
  description: [
    'Targets are configured under "probes": addresses with what they must answer, or the control plane. Arrivals come at a fixed rate whatever the target does, each has an absolute deadline, and latencies count from the moment an arrival was meant to be sent: a target that stalls cannot hide it. Percentiles are exact; an arrival without a good answer counts as its whole deadline.',
    'Objectives are a list: p50 to p99.99 and max (<, <=, with us, ms, s or m), errors (<, <=, with %), rate of good answers (>, >=, with /s).',
    'Exit: 0 all met, 2 one is not, 3 could not look.',
  ],
  runbook: 'runbooks/production-runbook.md#5-routine-health',
  flags: {
    target: { kind: 'text', value: 'NAME', repeatable: true, summary: 'whom to ask', shownDefault: 'every one' },
    rate: {
      kind: 'number',
      value: 'N',
      min: 0.01,
      max: 10_000,
      summary: 'arrivals a second; more than 50 want --yes',
      shownDefault: 'of the target',
    },
    duration: { kind: 'duration', value: 'D', summary: 'how long they come', shownDefault: 'of the target' },
    slo: { kind: 'text', value: 'OBJECTIVES', summary: 'what has to hold', shownDefault: 'of the target' },
  },
  examples: [
    { line: 'mdops probe', note: 'every target, as the hourly timer does' },
    { line: "mdops probe --target search --rate 10 --duration 1m --slo 'p95<=1200ms,errors<1%'", note: 'one of them' },
    { line: 'mdops probe --target search --rate 500 --duration 30s -n', note: 'what would be sent' },
  ],
  records: 'run',
  target: () => ({ name: 'probe', exclusive: true }),
  traffic: 'unbounded',
  load: async () => (await import('../lib/flows/probe/probe.ts')).probeTargets,
};
