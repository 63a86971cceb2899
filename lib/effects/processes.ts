// Child processes: argument arrays, absolute deadlines, whole trees ended, bounded output.

export interface ProcessSpec {
  /** argv[0] is the program; every element arrives unchanged. Never a command string. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd?: string;
  /** Added to the clean allow-listed environment (PATH, HOME, USER, LANG, LC_*, TZ, TERM, TMPDIR, TRACEPARENT). */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** After this long: SIGTERM to the tree, grace, SIGKILL to the tree. */
  readonly timeoutMs: number;
  /** Default 2,000. */
  readonly graceMs?: number;
  /** Sanitized lines as they come, for progress and logs. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Bytes kept of each stream's beginning and of its end. Default 16 KiB each. */
  readonly keepBytes?: number;
  readonly signal?: AbortSignal;
  /** Only looks: a dry run really runs it. */
  readonly isProbe?: boolean;
}

export interface ShellSpec extends Omit<ProcessSpec, 'argv'> {
  /** Values for the line's `{name}` placeholders; each arrives as one word, unchanged. Unknown braces stay as they are. */
  readonly values?: Readonly<Record<string, string>>;
}

export interface Captured {
  readonly head: string;
  /** Empty when everything fits into `head`. */
  readonly tail: string;
  readonly totalBytes: number;
}

export interface ProcessResult {
  /** Exit code; 128+n when ended by signal n; 127 not found, 126 not executable; null when timed out or cancelled. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly cancelled: boolean;
  /** True only for exit 0 within the deadline. */
  readonly ok: boolean;
  readonly durationMs: number;
  readonly stdout: Captured;
  readonly stderr: Captured;
  /** Processes of the step that had to be killed after its main process ended. */
  readonly strays: number;
  /** Why it could not start (`no such program "x"`), or null. */
  readonly failure: string | null;
}

export interface DetachedProcess {
  readonly pid: number;
  /** Distinguishes this process from a later one with the same pid. */
  readonly startedTicks: number;
  /** What all its processes carry in their environment, so that `stop` finds those that left its group. */
  readonly mark?: string;
}

export interface Processes {
  /** Throws a Fault only for arguments that cannot be passed unchanged; everything else is a result. */
  run(spec: ProcessSpec): Promise<ProcessResult>;
  /** A shell line that the user configured, for bash with `set -euo pipefail`; everything else of `run` holds. */
  runShell(line: string, spec: ShellSpec): Promise<ProcessResult>;
  /** Starts a process that outlives this one, output appended to `logFile`. */
  spawnDetached(
    spec: Pick<ProcessSpec, 'argv' | 'cwd' | 'env'> & {
      readonly logFile: string;
      /** Written down before the start, it lets `endLeftovers` find what a run started just before it was killed. */
      readonly mark?: string;
    },
  ): Promise<DetachedProcess>;
  isAlive(process: DetachedProcess): Promise<boolean>;
  /** SIGTERM to the tree, grace, SIGKILL; resolves true once nothing of it is left. */
  stop(process: DetachedProcess, graceMs: number): Promise<boolean>;
  /** What every step of this executor carries; journaled, it lets a later run end what a killed one left behind. */
  readonly mark: string;
  /** Ends the steps of an executor that is no more; answers how many processes were alive. */
  endLeftovers(mark: string, graceMs: number): Promise<number>;
}
