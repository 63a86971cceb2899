// What promtool said about a batch: which mutants it caught, which it could not run.

import { MARK } from './mutant-batch.ts';

export interface BatchVerdict {
  /** Mutants whose assertions failed. */
  readonly killed: ReadonlySet<number>;
  /** Mutants that end the whole run: an evaluation error (it kills them), or a rule that does not load. */
  readonly aborted: ReadonlyMap<number, 'evaluation error' | 'does not load'>;
  /** Said without naming a mutant: the run proves nothing. */
  readonly broken: string | null;
}

const FAILED_ALERT = new RegExp(`alertname: \\S+?${MARK}(\\d+), time:`, 'g');
const FAILED_EXPRESSION = new RegExp(`expr: ".*?${MARK}(\\d+).*?", time:`, 'g');
const EVALUATION_ERROR = new RegExp(`rule: \\S+?${MARK}(\\d+), time: .*, err:`, 'g');
const LOAD_ERROR = new RegExp(`group "[^"]*", rule \\d+, "[^"]*?${MARK}(\\d+)"`, 'g');

export function readVerdict(exitCode: number | null, output: string): BatchVerdict {
  const killed = new Set([...idsOf(FAILED_ALERT, output), ...idsOf(FAILED_EXPRESSION, output)]);
  const aborted = new Map<number, 'evaluation error' | 'does not load'>();
  for (const id of idsOf(EVALUATION_ERROR, output)) aborted.set(id, 'evaluation error');
  for (const id of idsOf(LOAD_ERROR, output)) aborted.set(id, 'does not load');
  const isExplained = exitCode === 0 || (exitCode === 1 && killed.size + aborted.size > 0);
  return { killed, aborted, broken: isExplained ? null : firstLines(output) };
}

function idsOf(pattern: RegExp, output: string): number[] {
  return [...output.matchAll(pattern)].map(([, id]) => Number(id));
}

function firstLines(output: string): string {
  return output.trim().split('\n').slice(0, 4).join(' ').slice(0, 400);
}
