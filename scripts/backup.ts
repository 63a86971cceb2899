// `mdops backup`: archives of the state directory, the configuration and what its monitoring shows; and back.

import type { Command } from '../lib/run/command.ts';

export const command: Command = {
  name: 'backup',
  summary: 'save the state directory, configuration, dashboards and metrics; restore what is lost',
  description: [
    'create writes one archive while runs go on, reads it back, and shows no secret. Dashboards are in it where a Grafana is configured, metrics where backup.tsdb_dir says where snapshots of Prometheus can be read.',
    'restore verifies everything, refuses what is damaged, newer, or of another host or profile, and brings back what is missing or damaged here. What is whole stays: nothing goes back in time. After a lost disk nobody knows what was done since the backup: automation is off until somebody turns it on. A killed restore is finished by the next one; runs wait until then.',
    'Exit: 0 done, 1 a part is missing or automation was turned off, 2 not whole, 74 not written, 75 runs are live, 77 refused.',
  ],
  runbook: 'runbooks/production-runbook.md#9-backup-and-restore',
  verbs: {
    create: { summary: 'write a new backup and read it back' },
    restore: {
      summary: 'bring back what is missing or damaged, or finish a restore that was killed',
      positionals: [
        { name: 'BACKUP', summary: 'path, file name or id; default: the newest', required: false, variadic: false },
      ],
    },
    list: { summary: 'age, size and wholeness of each' },
    prune: { summary: 'remove old ones, never the last whole one' },
  },
  defaultVerb: 'list',
  flags: {
    dir: { kind: 'text', value: 'DIR', summary: 'where backups lie', shownDefault: '.mdops-backups' },
    part: {
      kind: 'choice',
      choices: ['state', 'config', 'dashboards', 'tsdb'],
      repeatable: true,
      summary: 'create: only this part',
      shownDefault: 'all there are',
    },
    out: { kind: 'text', value: 'DIR', summary: 'restore: write configuration, dashboards and metrics there' },
    force: {
      kind: 'choice',
      choices: ['host', 'profile'],
      repeatable: true,
      summary: 'restore: although it is of another one',
    },
    keep: {
      kind: 'integer',
      value: 'N',
      min: 1,
      max: 100_000,
      summary: 'prune, or create and prune: so many of the newest stay',
    },
    'keep-days': { kind: 'integer', value: 'N', min: 1, max: 36_500, summary: 'prune: younger ones stay' },
  },
  examples: [
    { line: 'mdops backup create --keep 14 --yes', note: 'what the daily timer runs' },
    { line: 'mdops backup', note: 'what there is, each read to its end' },
    { line: 'mdops backup restore -n', note: 'what the newest would bring back' },
    { line: 'mdops backup prune --keep 14 -n', note: 'what would go' },
  ],
  // A restore must work where no journal can be written: it leaves a record of its own.
  records: ({ verb }) => (verb === 'create' || verb === 'prune' ? 'run' : 'none'),
  target: ({ verb }) => (verb === 'create' || verb === 'prune' ? { name: 'backup', exclusive: true } : null),
  load: async () => (await import('../lib/flows/backup/backup.ts')).tendBackups,
};
