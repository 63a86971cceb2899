// What mdops promises, and the tests that prove it: `docs/promises.md` is made of this list.

export interface Promised {
  readonly id: string;
  readonly promise: string;
  readonly figure: string;
  /** File → words of its tests' titles, as they stand in the source. */
  readonly proofs: Readonly<Record<string, readonly string[]>>;
  /** Simulated world → its invariants that say so: played in `tests/sim/lane.test.ts`, each known to break. */
  readonly nights?: Readonly<Record<string, readonly string[]>>;
}

export const PROMISES: readonly Promised[] = [
  {
    id: 'R1',
    promise: 'every run that started has exactly one terminal record',
    figure: 'at every crash point, also during recovery',
    proofs: {
      'tests/sim/lane.test.ts': ['every golden scenario dies at each effect'],
      'tests/run/crash.test.ts': ['a run killed at a random moment is closed by the next start'],
      'tests/crash/full-disk.test.ts': ['on a disk with any number of pages left a run is recorded or refused'],
    },
    nights: {
      failover: ['every run has exactly one terminal record, its last'],
      health: ['every run has exactly one terminal record, its last'],
      'live-env': ['every run has exactly one terminal record, its last'],
      spool: ['every run has exactly one terminal record, its last'],
      jobs: ['every run has exactly one terminal record, its last'],
    },
  },
  {
    id: 'R2',
    promise: 'no acknowledged journal record is lost when a process dies; a torn tail is found and cut, never misread',
    figure: '0 of 1,000 kills; every byte cut, every bit flipped',
    proofs: {
      'tests/crash/journal-kills.alone.test.ts': ['of 1,000 kills none loses an acknowledged record'],
      'tests/services/journal/read-journal.test.ts': ['a file cut at any byte', 'any flipped bit is named'],
    },
    nights: {
      failover: ['no acknowledged journal record is lost', 'the journal chain is whole'],
    },
  },
  {
    id: 'R3',
    promise: 'never are all feeds off',
    figure: '0 violations',
    proofs: {
      'tests/sim/environment/route-switch.test.ts': ['promote, then demote: both publish in between'],
      'tests/crash/failover-kills.test.ts': ['failovers, each killed at a random moment, then reconciled'],
    },
    nights: {
      failover: ['at least one feed is on'],
    },
  },
  {
    id: 'R4',
    promise: 'after a completed failover exactly one feed is primary, or the run is not ok',
    figure: '0 violations',
    proofs: {
      'tests/flows/failover/failover.test.ts': [
        'an old route that cannot be told to stop is UNFENCED, never ok',
        'two primaries freeze the pair until a person says which to keep',
      ],
      'tests/live/two-hosts.alone.test.ts': ['two hosts at the same moment: one moves the pair'],
    },
    nights: {
      failover: [
        'reported ok, so the post-condition holds',
        'never two primaries at one epoch',
        'two unexplained primaries are touched only when a person has decided',
        'after the faults the pair is settled, or frozen until a person decides',
      ],
    },
  },
  {
    id: 'R5',
    promise: 'at most one run that changes a target on a host; stale runs of other hosts are refused by epoch',
    figure: 'of 50 starts at once 1 runs, 49 exit 75 and name the holder, within 200 ms',
    proofs: {
      'tests/run/crash.test.ts': ['of 50 starts at once on one target one runs'],
      'tests/services/runs/runs.test.ts': ['a target is held by one run; the other is told who, within 200 ms'],
      'tests/sim/environment/route-switch.test.ts': ['a stale epoch is refused by the switch and by the feed'],
      'tests/live/two-hosts.alone.test.ts': ['a run that slept while another host moved the pair'],
    },
    nights: {
      failover: ['one state-changing run per target and host'],
      health: ['one enforcing run per target and host'],
      'live-env': ['one state-changing run per target and host'],
    },
  },
  {
    id: 'R6',
    promise: 'budgets hold through crash loops and steps of the clock',
    figure: '0 violations',
    proofs: {
      'tests/services/governor/governor.test.ts': ['a process that dies while it asks has either not been answered'],
      'tests/crash/enforcement-kills.test.ts': ['kills spread over the life of a run'],
    },
    nights: {
      health: [
        'remediations stay within their budget until a person acknowledges',
        'a spent budget stays closed until a person acknowledges',
        'a remediation is counted durably before its first request',
      ],
      failover: ['automatic failovers stay within their budget'],
    },
  },
  {
    id: 'R7',
    promise:
      'after three failed remediations a page is accepted within 60 s of PagerDuty being reachable; one alert an incident, resolved on recovery',
    figure: 'exactly 1',
    proofs: {
      'tests/domain/incidents/incident.test.ts': ['pages after the third failed remediation'],
      'tests/services/incidents/incidents.real.test.ts': [
        'a day of failing checks is one alert, resolved on recovery',
        'a run that still has patience pages as soon as it answers',
      ],
    },
    nights: {
      escalation: [
        'a page is accepted within a minute of PagerDuty being reachable',
        'one open alert per target',
        'what PagerDuty accepted is not paged again',
        'an alert ends when its target is well',
      ],
    },
  },
  {
    id: 'R8',
    promise: 'while PagerDuty stays unreachable: Slack, then the escalation command and the exit code; never silent',
    figure: 'within 120 s',
    proofs: {
      'tests/services/incidents/incidents.real.test.ts': [
        '(%j) Slack and the command are told, and a later run pages',
        'a page that PagerDuty refuses for good is not repeated; Slack and the command have it',
      ],
    },
    nights: {
      escalation: [
        'whoever escalates reaches somebody within two minutes',
        'who says that people were told has told them',
      ],
    },
  },
  {
    id: 'R9',
    promise: 'telemetry cannot hurt a recovery',
    figure: 'all sinks dead or hung: at most 5 s added, the exit code unchanged',
    proofs: {
      'tests/run/telemetry-budget.alone.test.ts': ['const ADDED_MS = 5_000'],
      'tests/live/black-out.alone.test.ts': ['const ADDED_MS = 5_000'],
    },
    nights: {
      health: ['telemetry adds five seconds at most'],
      'live-env': ['sinks add at most five seconds'],
      spool: ['sinks add at most five seconds', 'sinks change no exit code'],
    },
  },
  {
    id: 'R10',
    promise: 'no metric of a finished run is lost if the gateway returns within the bound of the spool',
    figure: '7 days or 10,000 records; what is dropped is counted',
    proofs: {
      'tests/services/metrics/deliver.test.ts': ['loses no metric of a finished run and counts none twice'],
      'tests/services/spool/spool.test.ts': [
        'after seven days a record is dropped and counted',
        'the 10,001st record displaces the oldest and says so',
      ],
    },
    nights: {
      spool: [
        'no metric of a finished run is lost, unless it was dropped and counted',
        'no run is counted twice',
        'counters never go backwards in the gateway',
        'with all sinks back, a flush leaves nothing waiting',
      ],
    },
  },
  {
    id: 'R11',
    promise: 'a step ends within its time limit, its grace and one second, whatever it does; out of time is never ok',
    figure: 'children that ignore SIGTERM, grandchildren that left their session',
    proofs: { 'tests/effects/processes-hostile.alone.test.ts': ['is ended on time with all it started'] },
    nights: {
      jobs: ['the exit code tells how the job ended, and 124 that it was given up'],
    },
  },
  {
    id: 'R12',
    promise: 'memory is bounded',
    figure: 'at most 256 MB beside a step that prints 1 GB',
    proofs: {
      'tests/effects/processes-flood.test.ts': ['prints 1 GB', 'prints binary keeps its count and does no harm'],
    },
  },
  {
    id: 'R13',
    promise: 'no process of a step survives the run',
    figure: '0',
    proofs: {
      'tests/effects/processes-leaving.test.ts': ['leaves no process of its step'],
      'tests/run/crash.test.ts': ['what a killed run left running is ended by the next start'],
    },
    nights: {
      jobs: ['nothing of a job survives its run'],
      'live-env': ['a failed start leaves nothing of its own behind unless it says so'],
    },
  },
  {
    id: 'R14',
    promise: 'no secret in any sink, in any of twelve encodings',
    figure: '0 hits in every run of the program that the suite makes',
    proofs: {
      'tests/run/canary.test.ts': [
        'the search finds the canary in each of its forms',
        'a job that prints a credential of ours, in any form, prints it to nobody',
      ],
      'tests/run/telemetry.test.ts': ['of its own or of another, when the sinks answer'],
      'tests/services/redaction/redactor.test.ts': ['masks any secret in any encoding'],
    },
    nights: {
      health: ['no secret is seen where it does not belong'],
    },
  },
  {
    id: 'R15',
    promise: 'every value from outside reaches a child as one argument, unchanged, never as an option',
    figure: '100,000 fuzzed values',
    proofs: {
      'tests/effects/processes-argv.test.ts': ['arrive unchanged, one element each', 'are never read as options'],
    },
  },
  {
    id: 'R16',
    promise: 'the number of series is bounded',
    figure: '1,000,000 instruments make fewer than 200',
    proofs: { 'tests/services/metrics/metrics.test.ts': ['a million instruments leave fewer than 200 series'] },
  },
  {
    id: 'R17',
    promise: 'recovery works without DNS and without the Internet',
    figure: 'a black-out run in a network namespace',
    proofs: { 'tests/live/black-out.alone.test.ts': ['recovery needs nothing but its targets'] },
  },
  {
    id: 'R18',
    promise: 'a dry run writes nothing outside its log and prints the plan that the real run executes',
    figure: 'equal plans',
    proofs: { 'tests/run/dry-run.test.ts': ['the plan of a dry run is the plan that the real run executes'] },
    nights: {
      failover: ['a dry run changes nothing'],
      health: ['a dry run writes nothing and tells nobody'],
      'live-env': ['a dry run changes nothing'],
    },
  },
  {
    id: 'R19',
    promise: 'units are hardened',
    figure: 'exposure of 2.0 or less for each service',
    proofs: { 'tests/systemd/units.test.ts': ['is exposed at 2.0 or less'] },
  },
  {
    id: 'R20',
    promise: 'the same seed makes the same trace',
    figure: 'byte for byte',
    proofs: { 'tests/sim/traces.test.ts': ['makes the same trace and the same story'] },
  },
];
