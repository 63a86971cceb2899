// The one error class: what failed, how the process exits, whether trying again helps, and what to do next.

import { EXIT, type ExitCode } from './exit-codes.ts';

export interface FaultDetails {
  /** Exit code when this ends the run. Default: critical (2). */
  readonly exit?: ExitCode;
  readonly retryable?: boolean;
  /** What the operator should do next, as one sentence. */
  readonly hint?: string;
  /** Runbook heading, e.g. `runbooks/production-runbook.md#5-routine-health`. */
  readonly runbook?: string;
  readonly cause?: unknown;
  /** Further facts for `--json`; never user secrets. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export class Fault extends Error {
  override readonly name = 'Fault';
  /** Stable lower-case phrase, free of user data: `pushgateway push refused`. Prose may change, codes may not. */
  readonly code: string;
  readonly exit: ExitCode;
  readonly retryable: boolean;
  readonly hint: string | undefined;
  readonly runbook: string | undefined;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: FaultDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.exit = details.exit ?? EXIT.critical;
    this.retryable = details.retryable ?? false;
    this.hint = details.hint;
    this.runbook = details.runbook;
    this.facts = details.facts ?? {};
  }
}

export function isFault(value: unknown): value is Fault {
  return value instanceof Fault;
}

/** The system error code (`ECONNREFUSED`, `ENOSPC` …) of an unknown thrown value, or `undefined`. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** One line that says what an unknown thrown value is, without its stack. */
export function describeError(error: unknown): string {
  if (error instanceof Error) return error.message.split('\n', 1)[0] ?? error.name;
  return String(error);
}
