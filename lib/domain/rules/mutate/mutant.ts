// A rule with one small mistake in it.

import type { Rule } from '../rule.ts';

export const MUTATION_KINDS = [
  'comparison',
  'arithmetic',
  'set',
  'threshold',
  'window',
  'matcher',
  'aggregation',
  'grouping',
  'matching',
  'function',
  'for',
  'label',
  'link',
] as const;
export type MutationKind = (typeof MUTATION_KINDS)[number];

/** What is changed, in the rule's own words: `> → >=`, `for 5m → 4m45s`. */
export interface Change {
  readonly kind: MutationKind;
  readonly what: string;
}

export interface Mutant extends Change {
  /** Unique within one run; part of the name the mutated rule runs under. */
  readonly id: number;
  readonly original: Rule;
  readonly mutated: Rule;
}

/** A replacement of a piece of the expression. */
export interface Edit extends Change {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}
