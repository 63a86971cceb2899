// What a process said and why it failed, in words for a person.

import { formatDuration } from '../../../base/duration.ts';
import { sanitize } from '../../../base/sanitize.ts';
import type { ProcessResult } from '../../../effects/processes.ts';

const LAST_LINES = 20;

export function whyNot(program: string, result: ProcessResult): string {
  if (result.failure !== null) return result.failure;
  if (result.timedOut) return `${program} did not end within ${formatDuration(result.durationMs)}`;
  if (result.cancelled) return `${program} was cancelled`;
  return `${program} ended with exit ${result.exitCode}`;
}

/** The last lines of both streams; errors come last because they are what one looks for. */
export function lastLines({ stdout, stderr }: ProcessResult): readonly string[] {
  return tailOf([stdout.tail || stdout.head, stderr.tail || stderr.head].join('\n'));
}

export function tailOf(text: string): readonly string[] {
  return sanitize(text)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-LAST_LINES);
}
