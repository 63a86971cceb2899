// `mdops trivial`: nothing but the frame. It takes a lock and keeps a journal; its flow does no work.

import type { Command } from '../../../lib/run/command.ts';

export const command: Command = {
  name: 'trivial',
  summary: 'do nothing, on record',
  runbook: 'runbooks/production-runbook.md#8-audit',
  flags: {},
  examples: [],
  records: 'run',
  target: () => ({ name: 'trivial', exclusive: true }),
  load: async () => async () => ({ exit: 0, summary: 'nothing done', report: {} }),
};
