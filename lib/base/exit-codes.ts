// The exit-code table: systemd units, CI and the help text read it from here.

export const EXIT = {
  ok: 0,
  warning: 1,
  critical: 2,
  unknown: 3,
  usage: 64,
  unavailable: 69,
  bug: 70,
  stateNotWritten: 74,
  busy: 75,
  refused: 77,
  config: 78,
  deadline: 124,
} as const;

export type ExitCode = number;

export const EXIT_MEANINGS: readonly { code: string; meaning: string }[] = [
  { code: '0', meaning: 'done, or healthy (also after remediation; also: nothing to do)' },
  { code: '1', meaning: 'warning: degraded, look at it in hours' },
  { code: '2', meaning: 'critical: unhealthy, or the work was tried and failed' },
  { code: '3', meaning: 'unknown: could not look' },
  { code: '64', meaning: 'usage error' },
  { code: '69', meaning: 'a needed dependency is unavailable' },
  { code: '70', meaning: 'a bug in mdops' },
  { code: '74', meaning: 'journal or state could not be written' },
  { code: '75', meaning: 'busy: another run holds the target, or try later' },
  { code: '77', meaning: 'refused by a guard (budget spent, paused, parity not proven, stale plan, not approved)' },
  { code: '78', meaning: 'configuration error' },
  { code: '124', meaning: 'deadline passed' },
  { code: '128+n', meaning: 'ended by signal n' },
];

/** Exit codes of runs that never began: they must not overwrite the last real result. */
export const NEVER_BEGAN: ReadonlyMap<ExitCode, string> = new Map([
  [EXIT.usage, 'usage'],
  [EXIT.config, 'config'],
  [EXIT.busy, 'busy'],
  [EXIT.refused, 'refused'],
]);
