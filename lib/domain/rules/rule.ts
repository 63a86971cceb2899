// A rule as read from a file, with the line it stands on.

import type { Promql } from './promql.ts';

export interface Rule {
  readonly kind: 'alert' | 'record';
  readonly name: string;
  readonly expr: string;
  /** As written; undefined when the rule has none. */
  readonly for: string | undefined;
  readonly keepFiringFor: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly group: string;
  /** The group's own evaluation interval, as written. */
  readonly interval: string | undefined;
  readonly file: string;
  readonly line: number;
  readonly lines: { readonly expr: number; readonly for: number };
  /** What a comment or the annotation `for_reason` says about firing at once. */
  readonly forReason: string | undefined;
}

export interface ParsedRule extends Rule {
  readonly promql: Promql;
}

/** One thing that is wrong, where it is, and which check says so. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly check: string;
  readonly message: string;
}

export interface RuleFile {
  readonly file: string;
  readonly rules: readonly Rule[];
  readonly problems: readonly Finding[];
}

export function printFinding({ file, line, rule, check, message }: Finding): string {
  return `${file}:${line}: ${rule === '' ? '' : `${rule}: `}${message} (${check})`;
}
