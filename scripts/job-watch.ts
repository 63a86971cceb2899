// `mdops job-watch`: runs a scheduled job and tells whether it came in time.

import type { Command } from '../lib/run/command.ts';

export const command: Command = {
  name: 'job-watch',
  summary: 'run a scheduled job, watch its deadline, publish its outcome',
  description: [
    'Runs CMD and publishes job_duration_seconds, job_success_total, job_failures_total and job_is_fresh for it. A job that ends well after its deadline counts as late (exit 1); it is not ended, unless --timeout says so. `status` notices the job that never started: let a timer run it.',
    'CMD gets a clean environment: PATH, HOME, USER, LANG, TZ, TRACEPARENT and the like, nothing else of this one. Give what it needs as: -- env NAME=VALUE CMD, or in a script of its own.',
  ],
  runbook: 'runbooks/production-runbook.md#7-failure-matrix',
  verbs: {
    run: { summary: 'run the job now' },
    status: { summary: 'the last result of every watched job' },
  },
  defaultVerb: 'run',
  flags: {
    name: { kind: 'text', value: 'NAME', summary: 'what the job is called in metrics and alerts' },
    schedule: { kind: 'text', value: 'CRON', summary: 'when the job is due, as a cron expression' },
    timezone: {
      kind: 'text',
      value: 'TZ',
      summary: 'zone of the schedule and the deadline',
      shownDefault: 'from the configuration',
    },
    deadline: {
      kind: 'text',
      value: 'HH:MM|DURATION',
      summary: 'when the job must have ended: time of day, or how long it may take',
      shownDefault: '1h',
    },
  },
  rest: { name: 'CMD ARG…', summary: 'the job itself', required: true },
  examples: [
    {
      line: "mdops job-watch --name pricing-pack --schedule '0 0 * * *' --deadline 00:15 -- ./build-pack",
      note: 'nightly build, due at 00:15',
    },
    { line: 'mdops job-watch status', note: 'how the last ones went' },
  ],
  records: 'run',
  target: (invocation) => {
    const name = invocation.text('name');
    return name === undefined || invocation.verb === 'status' ? null : { name: `job ${name}`, exclusive: true };
  },
  load: async () => (await import('../lib/flows/job-watch/job-watch.ts')).watchJob,
};
