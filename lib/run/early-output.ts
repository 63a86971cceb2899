// How a fault is told before (and without) a run: the same words and fields as the frame uses.

import type { Fault } from '../base/fault.ts';
import type { JsonObject } from '../base/json.ts';
import { sanitize } from '../base/sanitize.ts';
import { writeNow } from '../effects/write-now.ts';

/** What stands behind "--" is said to another program. */
export function wantsJson(argv: readonly string[]): boolean {
  const at = argv.indexOf('--json');
  return at >= 0 && !argv.slice(0, at).includes('--');
}

/** For faults found before anything is loaded; sets the exit code. */
export function printFaultEarly(fault: Fault, argv: readonly string[]): void {
  if (wantsJson(argv)) printEarly(1, `${JSON.stringify(faultDocument(fault))}\n`);
  printEarly(2, `${faultLines(fault).join('\n')}\n`);
  process.exitCode = fault.exit;
}

export function printEarly(fd: 1 | 2, text: string): void {
  const rest = writeNow(fd, text);
  if (rest !== null) (fd === 1 ? process.stdout : process.stderr).write(rest);
}

export function faultLines(fault: Fault, logFile?: string): string[] {
  const lines = [`error: ${sanitize(fault.message)}`];
  if (fault.hint !== undefined) lines.push(`  hint: ${sanitize(fault.hint)}`);
  if (fault.runbook !== undefined) lines.push(`  runbook: ${fault.runbook}`);
  if (logFile !== undefined) lines.push(`  log: ${logFile}`);
  return lines;
}

export function faultDocument(fault: Fault, logFile?: string): JsonObject {
  return {
    schema: 'mdops.error/1',
    error: {
      code: fault.code,
      message: fault.message,
      hint: fault.hint ?? null,
      runbook: fault.runbook ?? null,
      log: logFile ?? null,
      retryable: fault.retryable,
      facts: fault.facts as JsonObject,
    },
    exit_code: fault.exit,
  };
}
