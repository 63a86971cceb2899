// `mdops failover`: moves consumers from one feed route to the other, never with both off.

import type { Command } from '../lib/run/command.ts';
import type { Invocation } from '../lib/run/invocation.ts';

/** Neither locks the pair, nor speaks over the result of the last real move. */
function changesNothing(invocation: Invocation): boolean {
  return invocation.verb === 'status' || invocation.verb === 'approve' || invocation.isSet('plan-out');
}

export const command: Command = {
  name: 'failover',
  summary: 'move consumers to the other feed route, with proof of parity',
  description: [
    'Brings the target route up, proves its parity, lets consumers follow it, verifies, then demotes the old route. At every moment at least one feed is on. Parity not proven: exit 77, the old route untouched. Old route unreachable: exit 2, UNFENCED.',
  ],
  runbook: 'runbooks/production-runbook.md#4-failover-and-drill',
  verbs: {
    'to-backup': { summary: 'let consumers follow the backup' },
    'to-primary': { summary: 'let consumers follow the primary' },
    drill: { summary: 'there and back again, each stage checked and measured' },
    status: { summary: 'where consumers are and what both routes say' },
    reconcile: { summary: 'finish what a run left half done' },
    approve: {
      summary: 'agree to the plan of another operator',
      positionals: [{ name: 'FILE', summary: 'what --plan-out wrote', required: true, variadic: false }],
    },
  },
  flags: {
    'accept-gap': { kind: 'switch', summary: 'take a coverage gap knowingly; a silent feed is never taken' },
    force: {
      kind: 'choice',
      value: 'GUARD',
      choices: ['observer', 'two-primaries', 'target', 'unfenced'],
      summary: 'skip this one guard; journaled, and pages',
    },
    confirm: { kind: 'text', value: 'NAME', summary: 'the environment typed, where --force would ask for it' },
    automatic: { kind: 'switch', summary: 'started by a timer or an alert: the budget applies' },
    'parity-timeout': {
      kind: 'duration',
      value: 'DURATION',
      summary: 'give up on parity after this',
      shownDefault: '60s',
    },
    strategy: {
      kind: 'choice',
      choices: ['promote-first', 'stop-first'],
      summary: 'stop-first where two sessions on one account are impossible: with an outage',
      shownDefault: 'promote-first',
    },
    'plan-out': { kind: 'text', value: 'FILE', summary: 'write the plan and do nothing' },
    apply: { kind: 'text', value: 'FILE', summary: 'execute exactly this plan, or refuse' },
    keep: { kind: 'choice', choices: ['primary', 'backup'], summary: 'reconcile: the route to keep' },
  },
  examples: [
    { line: 'mdops failover status', note: 'where you are' },
    { line: 'mdops failover to-backup --dry-run', note: 'what would be done' },
    { line: 'mdops failover to-backup --yes', note: 'do it without being asked' },
    { line: 'mdops failover reconcile --keep backup', note: 'after two primaries' },
  ],
  records: (invocation) => (invocation.verb === 'status' ? 'none' : 'run'),
  target: (invocation, config) => (changesNothing(invocation) ? null : { name: config.profile, exclusive: true }),
  announces: (invocation) => !changesNothing(invocation),
  load: async () => (await import('../lib/flows/failover/failover.ts')).failOver,
};
