// `mdops validate-env`: is a file of variables fit to start the live environment with?

import type { Command } from '../lib/run/command.ts';

export const command: Command = {
  name: 'validate-env',
  summary: 'check a file of environment variables: credentials, endpoints, rate limits',
  description: [
    'Reads NAME=value lines literally, never expands or executes them, and tells every finding with what to do about it. Secrets are never printed.',
  ],
  runbook: 'runbooks/production-runbook.md#1-pre-market-start',
  flags: {
    source: { kind: 'text', value: 'FILE', summary: 'the file to check', shownDefault: '.env.<profile>' },
  },
  examples: [
    { line: 'mdops validate-env --profile live --source .env.live', note: 'before the first start of the day' },
    { line: 'mdops validate-env --profile live --source .env.live --json', note: 'in CI' },
  ],
  records: 'none',
  load: async () => (await import('../lib/flows/validate-env/validate-env.ts')).validateEnv,
};
