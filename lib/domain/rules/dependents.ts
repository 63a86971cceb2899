// Which rules stand on which: through the series that recording rules produce.

import type { ParsePromql } from './promql.ts';
import type { Rule } from './rule.ts';
import { findSelectors } from './selectors.ts';

export interface RuleGraph {
  /** The rule, every rule that reads what it records (and what those record), and all that share their names. */
  affectedBy(rule: Rule): readonly Rule[];
  /** Recording rules that the given ones read, directly or not. */
  neededBy(rules: readonly Rule[]): readonly Rule[];
}

export function graphRules(rules: readonly Rule[], parse: ParsePromql): RuleGraph {
  const reads = new Map(
    rules.map((rule) => [rule, new Set(findSelectors(parse(rule.expr)).map(({ metric }) => metric))]),
  );
  return {
    affectedBy: (rule) => {
      const affected = new Set<Rule>([rule]);
      for (const current of affected) {
        for (const other of rules) {
          const isTwin = other.kind === current.kind && other.name === current.name;
          const isReader = current.kind === 'record' && reads.get(other)!.has(current.name);
          if (isTwin || isReader) affected.add(other);
        }
      }
      // In the order of their files: an evaluation runs a group from top to bottom.
      return rules.filter((other) => affected.has(other));
    },
    neededBy: (wanted) => {
      const needed = new Set<Rule>();
      const names = wanted.flatMap((rule) => [...(reads.get(rule) ?? [])]);
      for (const name of new Set(names)) collect(name, needed);
      return rules.filter((rule) => needed.has(rule));
    },
  };

  function collect(name: string, needed: Set<Rule>): void {
    for (const rule of rules) {
      if (rule.kind !== 'record' || rule.name !== name || needed.has(rule)) continue;
      needed.add(rule);
      for (const inner of reads.get(rule)!) collect(inner, needed);
    }
  }
}
