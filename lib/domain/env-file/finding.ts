// One thing that is wrong, or looks wrong, in a file of variables.

export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly name: string;
  /** Null when the variable is not there at all. */
  readonly line: number | null;
  readonly problem: string;
  /** What to do about it. */
  readonly advice: string;
}

export function finding(
  severity: Finding['severity'],
  name: string,
  line: number | null,
  problem: string,
  advice: string,
): Finding {
  return { severity, name, line, problem, advice };
}

/** In the order of the file; what is missing comes last. */
export function inFileOrder(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((left, right) => (left.line ?? Infinity) - (right.line ?? Infinity));
}
