// `mdops runbooks`: proves that the runbooks can be followed, and shows them.

import type { Command } from '../lib/run/command.ts';

export const command: Command = {
  name: 'runbooks',
  summary: 'prove that the runbooks can be followed; show one',
  description: [
    'check: every alert leads to a page and heading that exist, every "mdops …" line parses against the real flags, every link resolves, no page is an orphan, every command is mentioned.',
  ],
  runbook: 'runbooks/production-runbook.md#8-audit',
  verbs: {
    check: { summary: 'files, anchors, commands, orphans' },
    show: {
      summary: 'print a page or a section',
      positionals: [
        {
          name: 'NAME',
          summary: 'an alert, a page, or a section such as 4-failover-and-drill',
          required: true,
          variadic: false,
        },
      ],
    },
  },
  defaultVerb: 'check',
  flags: {},
  examples: [
    { line: 'mdops runbooks check', note: 'before a push' },
    { line: 'mdops runbooks show MD_Runbook_Failure', note: 'at 3 a.m.' },
  ],
  records: 'none',
  load: async () => {
    const { serveRunbooks } = await import('../lib/flows/runbooks/runbooks.ts');
    const { parseInvocation } = await import('../lib/run/parse.ts');
    return (ctx, invocation) => serveRunbooks(ctx, invocation, parseInvocation);
  },
};
