// `mdops check-feed-health`: are all contracts subscribed and ticking; repairs what is not, within a budget.

import type { Command } from '../lib/run/command.ts';

export const command: Command = {
  name: 'check-feed-health',
  summary: 'see whether every contract is subscribed and ticking; repair what is not, within a budget',
  description: [
    'Compares the catalogue with the active subscriptions and judges how old their last ticks are. In enforce mode missing and critically stalled contracts are resubscribed in rate-limited batches; what stays broken is escalated once.',
    'Exit: 0 healthy, 1 degraded, 2 unhealthy, 3 could not look.',
  ],
  runbook: 'runbooks/production-runbook.md#5-routine-health',
  flags: {
    mode: {
      kind: 'choice',
      choices: ['dry-run', 'enforce', 'audit'],
      summary: 'only look; look and repair; look and keep evidence',
      shownDefault: 'dry-run',
    },
    catalogue: { kind: 'text', value: 'FILE', summary: 'contracts that should be subscribed (JSON or CSV)' },
    'catalogue-format': {
      kind: 'choice',
      choices: ['auto', 'json', 'csv'],
      summary: 'how to read the catalogue',
      shownDefault: 'auto',
    },
    'active-file': { kind: 'text', value: 'FILE', summary: 'snapshot of subscriptions (JSON or NDJSON)' },
    'control-plane': { kind: 'url', value: 'URL', summary: 'ask the live environment: nats:// or http://' },
    ignore: {
      kind: 'text',
      value: 'FILE',
      repeatable: true,
      summary: 'contracts to leave out: a list, or the summary of full-feed-subscription',
    },
    'coverage-threshold': {
      kind: 'number',
      value: 'RATIO',
      min: 0,
      max: 1,
      summary: 'coverage below this is critical',
      shownDefault: '0.995',
    },
    'lag-warning': { kind: 'text', value: 'SECONDS', summary: 'tick age that is a warning', shownDefault: '120' },
    'lag-critical': { kind: 'text', value: 'SECONDS', summary: 'tick age that is critical', shownDefault: '300' },
    calendar: { kind: 'text', value: 'FILE', summary: 'session calendar: silence outside a session is no alarm' },
    'max-remediation-attempts': {
      kind: 'integer',
      value: 'N',
      min: 0,
      max: 20,
      summary: 'attempts before escalation',
      shownDefault: '3',
    },
    'escalation-marker': { kind: 'text', value: 'NAME', summary: 'name of the escalation in logs and pages' },
    'escalation-command': {
      kind: 'text',
      value: 'CMD',
      summary:
        'run when an incident opens, and again until people were reached: words, {marker}, {exit_code}; no shell',
    },
    out: { kind: 'choice', choices: ['json', 'csv'], repeatable: true, summary: 'also write the report to a file' },
    'out-dir': { kind: 'text', value: 'DIR', summary: 'where reports go', shownDefault: 'the log directory' },
    'log-prefix': { kind: 'text', value: 'NAME', summary: 'first part of log and report names' },
    'feed-label': { kind: 'text', value: 'NAME', summary: 'the feed, in metrics and budgets', shownDefault: 'primary' },
    'account-label': { kind: 'text', value: 'NAME', summary: 'the account, in metrics', shownDefault: 'default' },
    'session-window': { kind: 'text', value: 'NAME', summary: 'the session, in metrics' },
    now: { kind: 'instant', value: 'RFC3339', summary: 'judge as of this instant; only together with files' },
    'limit-list': {
      kind: 'integer',
      value: 'N',
      min: 0,
      max: 100_000,
      summary: 'longest list printed for a person',
      shownDefault: '10',
    },
  },
  examples: [
    {
      line: 'mdops check-feed-health --catalogue contracts.json --active-file active.json',
      note: 'two files, nothing is changed',
    },
    {
      line: 'mdops check-feed-health --control-plane nats://127.0.0.1:4222 --mode enforce',
      note: 'what the hourly timer runs',
    },
    {
      line: 'mdops check-feed-health --control-plane nats://127.0.0.1:4222 --mode enforce -n',
      note: 'look for real, show what would be resubscribed',
    },
  ],
  records: 'run',
  target: (_invocation, config) => ({ name: config.health.feedLabel, exclusive: config.health.mode === 'enforce' }),
  load: async () => (await import('../lib/flows/check-feed-health/check-feed-health.ts')).checkFeedHealth,
};
