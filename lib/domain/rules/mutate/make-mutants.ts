// All mutants of a rule: its expression, its duration, its labels, its links.

import { parsePromDuration, printPromDuration } from '../prom-duration.ts';
import type { ParsePromql } from '../promql.ts';
import type { Rule } from '../rule.ts';
import type { Change, Mutant } from './mutant.ts';
import { operatorEdits } from './operator-edits.ts';
import { valueEdits } from './value-edits.ts';

interface Changed extends Change {
  readonly rule: Partial<Rule>;
}

/** `stepMs` is the evaluation interval where the group has none: a shorter change of a duration cannot be seen. */
export function makeMutants(rules: readonly Rule[], parse: ParsePromql, stepMs: number): Mutant[] {
  const made: Mutant[] = [];
  for (const original of rules) {
    const ownMs = parsePromDuration(original.interval ?? '') ?? stepMs;
    for (const { kind, what, rule } of changesOf(original, parse, ownMs)) {
      made.push({ id: made.length + 1, kind, what, original, mutated: { ...original, ...rule } });
    }
  }
  return made;
}

function changesOf(rule: Rule, parse: ParsePromql, stepMs: number): Changed[] {
  const changes = [...expressionChanges(rule, parse, stepMs), ...labelChanges(rule)];
  if (rule.kind === 'record') return changes;
  return [
    ...changes,
    ...durationChanges(rule, 'for', stepMs),
    ...durationChanges(rule, 'keepFiringFor', stepMs),
    ...linkChanges(rule),
  ];
}

/** Each edited expression once, and only those that are still PromQL. */
function expressionChanges(rule: Rule, parse: ParsePromql, stepMs: number): Changed[] {
  const promql = parse(rule.expr);
  const seen = new Set([rule.expr]);
  return [...operatorEdits(promql), ...valueEdits(promql, stepMs)].flatMap(({ kind, what, from, to, text }) => {
    const expr = rule.expr.slice(0, from) + text + rule.expr.slice(to);
    if (seen.has(expr) || parse(expr).errorAt !== null) return [];
    seen.add(expr);
    return [{ kind, what, rule: { expr } }];
  });
}

function durationChanges(rule: Rule, key: 'for' | 'keepFiringFor', stepMs: number): Changed[] {
  const before = rule[key];
  const ms = before === undefined ? 0 : parsePromDuration(before);
  if (ms === null || (key === 'keepFiringFor' && ms === 0)) return [];
  const others = ms === 0 ? [stepMs] : [ms + stepMs, Math.max(0, ms - stepMs), 0];
  const name = key === 'for' ? 'for' : 'keep_firing_for';
  return [...new Set(others)].map((other) => {
    const text = printPromDuration(other);
    return { kind: 'for', what: `${name} ${before ?? '0s'} → ${text}`, rule: { [key]: text } };
  });
}

function labelChanges({ labels }: Rule): Changed[] {
  return Object.entries(labels).flatMap(([label, value]): Changed[] => {
    const other = value === 'critical' ? 'warning' : 'critical';
    const wrong = label === 'severity' ? other : `${value}x`;
    return [
      { kind: 'label', what: `label ${label}: ${value} → ${wrong}`, rule: { labels: { ...labels, [label]: wrong } } },
      { kind: 'label', what: `without label ${label}`, rule: { labels: without(labels, label) } },
    ];
  });
}

function linkChanges({ annotations }: Rule): Changed[] {
  return Object.entries(annotations)
    .filter(([name, value]) => /url|link|page|dashboard|runbook/.test(name) || /^https?:|\.md(#|$)/.test(value))
    .flatMap(([name, value]): Changed[] => [
      { kind: 'link', what: `${name} → ${value}x`, rule: { annotations: { ...annotations, [name]: `${value}x` } } },
      { kind: 'link', what: `without ${name}`, rule: { annotations: without(annotations, name) } },
    ]);
}

function without(record: Readonly<Record<string, string>>, key: string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
