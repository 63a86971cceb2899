// `mdops full-feed-subscription`: subscribes every contract that is not active, under the service's rate limit.

import type { Command } from '../lib/run/command.ts';

export const command: Command = {
  name: 'full-feed-subscription',
  summary: 'subscribe every contract that is not active, in batches under a rate limit',
  description: [
    'Asks which contracts there are and which are active, and subscribes the rest. A batch that times out is split; a contract that met the rate limit is tried again; nothing is unsubscribed. A killed run may be resumed, or simply started again.',
    'Exit: 0 all accepted, 1 some rejected or given up, 2 failed, 3 could not look.',
  ],
  runbook: 'runbooks/production-runbook.md#5-routine-health',
  flags: {
    include: {
      kind: 'text',
      value: 'GLOB',
      repeatable: true,
      summary: 'contracts to subscribe, by full name: * ? [a-c] [!0-9]',
      shownDefault: '*',
    },
    exclude: { kind: 'text', value: 'GLOB', repeatable: true, summary: 'contracts to leave out' },
    limit: { kind: 'integer', value: 'N', min: 1, max: 10_000_000, summary: 'subscribe at most this many' },
    'batch-size': {
      kind: 'integer',
      value: 'N',
      min: 1,
      max: 10_000,
      summary: 'contracts in one request',
      shownDefault: '100',
    },
    'rate-limit-max': {
      kind: 'integer',
      value: 'N',
      min: 1,
      max: 1_000_000,
      summary: 'contracts in one window',
      shownDefault: '500',
    },
    'rate-limit-window': { kind: 'text', value: 'SECONDS', summary: 'length of the sliding window', shownDefault: '1' },
    'max-retries': {
      kind: 'integer',
      value: 'N',
      min: 0,
      max: 100,
      summary: 'further tries of one contract',
      shownDefault: '3',
    },
    'metrics-port': {
      kind: 'integer',
      value: 'PORT',
      min: 0,
      max: 65_535,
      summary: 'show metrics while the run lasts; 0 is any free port',
    },
    'metrics-host': { kind: 'text', value: 'HOST', summary: 'where to show them', shownDefault: '127.0.0.1' },
    'output-dir': {
      kind: 'text',
      value: 'DIR',
      summary: 'summary and batch artifacts',
      shownDefault: 'the log directory',
    },
    'control-plane': { kind: 'url', value: 'URL', summary: 'ask the live environment: nats:// or http://' },
    'feed-label': { kind: 'text', value: 'NAME', summary: 'the feed, in metrics and locks', shownDefault: 'primary' },
    'account-label': { kind: 'text', value: 'NAME', summary: 'the account, in metrics', shownDefault: 'default' },
    'session-window': { kind: 'text', value: 'NAME', summary: 'the session, in metrics' },
  },
  examples: [
    {
      line: 'mdops full-feed-subscription --control-plane nats://127.0.0.1:4222 -n',
      note: 'show the batches, send nothing',
    },
    {
      line: "mdops full-feed-subscription --include '*.SHFE' --exclude 'ag*' --limit 200",
      note: 'a part of the catalogue',
    },
    {
      line: 'mdops full-feed-subscription --batch-size 50 --rate-limit-max 50 --rate-limit-window 1 --metrics-port 9108',
      note: 'slowly, and watched',
    },
  ],
  records: 'run',
  target: (_invocation, config) => ({ name: config.health.feedLabel, exclusive: true }),
  traffic: 'pooled',
  load: async () =>
    (await import('../lib/flows/full-feed-subscription/full-feed-subscription.ts')).fullFeedSubscription,
};
