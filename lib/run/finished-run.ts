// How a run ended, as it is told to the outside.

import type { ExitCode } from '../base/exit-codes.ts';

export interface FinishedRun {
  readonly exit: ExitCode;
  readonly durationMs: number;
  readonly isDryRun: boolean;
  readonly summary: string;
}
