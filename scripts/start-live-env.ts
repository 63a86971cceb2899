// `mdops start-live-env`: the live environment up, down, again, and how it is.

import type { Command } from '../lib/run/command.ts';

const HANDED_OVER = ['failover', 'failback', 'drill'];

export const command: Command = {
  name: 'start-live-env',
  summary: 'start, stop, restart the live environment; ready is proven by probe',
  description: [
    'Components start in the order of their dependencies, side by side where possible. When one does not become ready it is named with its last output, and what this run had started is stopped again.',
    'Says HEALTH=READY, GRACEFUL_SHUTDOWN=OK or RESTART=OK when it is done.',
  ],
  runbook: 'runbooks/production-runbook.md#1-pre-market-start',
  verbs: {
    start: { summary: 'bring up the active route and everything it needs', alsoFlag: true },
    stop: { summary: 'stop everything, both routes', alsoFlag: true },
    restart: { summary: 'stop, then start', alsoFlag: true },
    status: { summary: 'look at every component; changes nothing' },
    failover: { summary: 'the same as: failover to-backup', alsoFlag: true },
    failback: { summary: 'the same as: failover to-primary', alsoFlag: true },
    drill: { summary: 'the same as: failover drill', alsoFlag: true },
  },
  defaultVerb: 'start',
  flags: {
    window: { kind: 'text', value: 'day|night', summary: 'session window', shownDefault: 'the one that is on or next' },
    'config-route': {
      kind: 'choice',
      choices: ['primary', 'backup'],
      summary: 'route to bring up',
      shownDefault: 'from the configuration, else primary',
    },
    'env-file': { kind: 'text', value: 'FILE', summary: 'variables for the components, such as .env.live' },
    'skip-live': { kind: 'switch', summary: 'leave out what needs the exchange' },
    mock: { kind: 'switch', summary: 'work on the embedded environment, like --profile sim' },
  },
  examples: [
    { line: 'mdops start-live-env --window day --env-file .env.live', note: 'before the market opens' },
    { line: 'mdops start-live-env status', note: 'what is up' },
    { line: 'mdops start-live-env restart --yes', note: 'without asking' },
    { line: 'mdops start-live-env --mock', note: 'try it on the embedded environment' },
  ],
  records: ({ verb }) => (verb === 'status' || HANDED_OVER.includes(verb ?? '') ? 'none' : 'run'),
  target: ({ verb }, config) =>
    verb === 'status' || HANDED_OVER.includes(verb ?? '') ? null : { name: config.profile, exclusive: true },
  announces: ({ verb }) => verb !== 'status' && !HANDED_OVER.includes(verb ?? ''),
  traffic: 'pooled',
  load: async () => (await import('../lib/flows/start-live-env/start-live-env.ts')).startLiveEnv,
};
