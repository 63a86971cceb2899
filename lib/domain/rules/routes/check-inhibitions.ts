// An inhibition compares labels that the muted alert has: one that its expression drops is never equal.

import { carriedLabels } from '../../dashboards/promql/labels.ts';
import { type CheckInputs, gatherFacts } from '../check-rules.ts';
import type { ParsePromql } from '../promql.ts';
import type { Finding, Rule } from '../rule.ts';
import { matches } from './route-matcher.ts';
import type { InhibitRule } from './routing.ts';

export function checkInhibitions(rules: readonly Rule[], inputs: CheckInputs, parse: ParsePromql): Finding[] {
  const { routing } = inputs;
  if (routing === null) return [];
  const { known } = gatherFacts(rules, inputs, parse);
  const alerts = rules
    .filter(({ kind }) => kind === 'alert')
    .map((rule) => ({ rule, promql: parse(rule.expr) }))
    .filter(({ promql }) => promql.errorAt === null)
    .map(({ rule, promql }) => ({ rule, carried: carriedLabels(promql, known) }));
  const has = ({ rule, carried }: (typeof alerts)[number], label: string): boolean | null =>
    label in rule.labels || label === 'alertname' ? true : carried === null ? null : carried.has(label);
  return routing.inhibitRules.flatMap((inhibition, index) => {
    const sources = alerts.filter(({ rule }) => isMatched(rule, inhibition.source));
    const targets = alerts.filter(({ rule }) => isMatched(rule, inhibition.target));
    return targets.flatMap((target) =>
      inhibition.equal
        // What neither has is equal; `up` has what its target has.
        .filter((label) => has(target, label) === false && sources.length > 0)
        .filter((label) => sources.every((one) => has(one, label) ?? known.scrapeLabels.has(label)))
        .map(
          (label): Finding => ({
            file: routing.file,
            line: 1,
            rule: target.rule.name,
            check: 'routes/inhibit',
            message: `inhibit_rules[${index}] never mutes it: it wants the same ${label}, which the expression drops`,
          }),
        ),
    );
  });
}

function isMatched(rule: Rule, matchers: InhibitRule['source']): boolean {
  const labels = { ...rule.labels, alertname: rule.name };
  return matchers.length > 0 && matchers.every((matcher) => matches(matcher, labels));
}
