// The score of a rule set: mutants killed, survived, proven equivalent; each survivor with the test that is missing.

import { isRecord, own } from '../../../base/json.ts';
import { parseYaml } from '../../../base/yaml.ts';
import type { Mutant, MutationKind } from './mutant.ts';

export type Verdict = 'killed' | 'survived' | 'untested' | 'equivalent' | 'invalid';

export interface JudgedMutant {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
  /** Why it is equivalent, or which test would kill it. */
  readonly note: string;
}

export interface Equivalent {
  readonly rule: string;
  readonly what: string;
  readonly proof: string;
}

/** Killed of those that can be killed; 1 when there are none. Invalid and equivalent mutants do not count. */
export function scoreOf(judged: readonly { readonly verdict: Verdict }[]): number {
  const killed = judged.filter(({ verdict }) => verdict === 'killed').length;
  const alive = judged.filter(({ verdict }) => verdict === 'survived' || verdict === 'untested').length;
  return killed + alive === 0 ? 1 : killed / (killed + alive);
}

export async function readEquivalents(text: string): Promise<Equivalent[]> {
  const { value } = await parseYaml(text);
  const list = isRecord(value) ? own(value, 'equivalent') : undefined;
  return (Array.isArray(list) ? list : []).filter(isRecord).flatMap((entry) => {
    const rule = own(entry, 'rule');
    const what = own(entry, 'what');
    const proof = own(entry, 'proof');
    // An equivalence nobody can prove is a survivor.
    if (typeof rule !== 'string' || typeof what !== 'string' || typeof proof !== 'string') return [];
    return [{ rule, what, proof }];
  });
}

const MISSING: Readonly<Record<MutationKind, string>> = {
  comparison: 'a test with the value exactly on the threshold',
  threshold: 'a test with values on both sides of the threshold, one smallest step apart',
  window: 'a test in which an event has just left the window, and one in which it is still inside',
  for: 'a test just before and exactly at the end of "for"',
  arithmetic: 'a test whose two operands differ in size',
  set: 'a test in which only one side of the set operator has the series',
  matcher: 'a test with a series that differs in this label only',
  aggregation: 'a test with two series of different values in one group',
  grouping: 'a test with two groups that differ in this label only',
  matching: 'a test with series that differ in a label outside the match',
  function: 'a test on data for which the two functions differ',
  label: 'exp_labels in a test in which it fires',
  link: 'exp_annotations in a test in which it fires',
};

export function missingTest({ kind, original, what }: Mutant): string {
  return `${original.name}: ${what} → ${MISSING[kind]}`;
}
