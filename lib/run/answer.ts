// The answer on stdout: one JSON document, or lines for a person.

import type { ExitCode } from '../base/exit-codes.ts';
import type { Fault } from '../base/fault.ts';
import type { JsonObject } from '../base/json.ts';
import type { Paint } from '../base/paint.ts';
import type { Terminal } from '../effects/terminal.ts';
import type { Outcome } from './command.ts';
import { faultDocument, faultLines } from './early-output.ts';

export interface RunSummary {
  readonly id: string | null;
  readonly command: string;
  readonly environment: string;
  readonly dry_run: boolean;
  readonly duration_ms: number;
  readonly log: string | null;
  /** Of the steps planned or done; equal for a dry run and for the run that follows it. */
  readonly plan_hash: string | null;
  /** Of a dry run: the steps themselves. */
  readonly plan?: readonly JsonObject[];
}

export interface Answer {
  readonly exit: ExitCode;
  readonly outcome: Outcome | null;
  readonly fault: Fault | null;
  /** Why telemetry did not arrive; empty when all did. */
  readonly telemetryDegraded: readonly string[];
  readonly run: RunSummary | null;
  /** Masks configured secrets; absent when there was no configuration yet. */
  readonly redact?: (text: string) => string;
}

export function printAnswer(answer: Answer, sink: Terminal, paint: Paint, asJson: boolean): void {
  const terminal = answer.redact === undefined ? sink : redacting(sink, answer.redact);
  // Whoever takes over gives the answer.
  if (answer.outcome?.handOver !== undefined) terminal.err(`${answer.outcome.summary}\n`);
  else if (asJson) terminal.out(`${JSON.stringify(jsonDocument(answer))}\n`);
  else if (answer.outcome !== null) terminal.out(`${humanLines(answer.outcome, paint, terminal).join('\n')}\n`);
  if (answer.run?.dry_run === true && answer.outcome !== null) terminal.err(paint.faint(DRY_RUN));
  if (answer.fault !== null) {
    const [first = '', ...rest] = faultLines(answer.fault, answer.run?.log ?? undefined);
    terminal.err(`${[paint.bad(first), ...rest.map(paint.faint)].join('\n')}\n`);
  }
  for (const reason of answer.telemetryDegraded) terminal.err(`${paint.warn(`warning: ${reason}`)}\n`);
}

const DRY_RUN = 'dry run: nothing was changed\n';

/** The answer quotes what operators and remotes wrote: the last net is here too. */
function redacting(terminal: Terminal, redact: (text: string) => string): Terminal {
  return { ...terminal, out: (text) => terminal.out(redact(text)), err: (text) => terminal.err(redact(text)) };
}

function jsonDocument(answer: Answer): JsonObject {
  const document =
    answer.outcome?.report ?? (answer.fault === null ? {} : faultDocument(answer.fault, answer.run?.log ?? undefined));
  return {
    ...document,
    exit_code: answer.exit,
    ...(answer.telemetryDegraded.length === 0 ? {} : { telemetry_degraded: answer.telemetryDegraded }),
    ...(answer.run === null ? {} : { run: { ...answer.run } }),
  };
}

/** In a pipe or a log nothing has to fit: what would be cut is often the reason. */
const UNCUT = 1_000;

function humanLines(outcome: Outcome, paint: Paint, terminal: Terminal): readonly string[] {
  return outcome.view?.(paint, terminal.stdoutIsTty ? terminal.columns : UNCUT) ?? [outcome.summary];
}
