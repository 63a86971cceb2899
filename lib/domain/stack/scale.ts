// Divides every duration of rules, scraping and routing by one factor: the same rules, in quick motion.

import { isRecord } from '../../base/json.ts';
import { printRule } from '../rules/mutate/mutant-batch.ts';
import { parsePromDuration, printPromDuration } from '../rules/prom-duration.ts';
import { nodesOf, type ParsePromql } from '../rules/promql.ts';
import type { Rule } from '../rules/rule.ts';

// Prometheus accepts 1 ms, but nothing that short can be seen.
const LEAST_MS = 10;

/** A text that is no duration, and zero, stay as they are. */
export function scaleDuration(text: string, factor: number): string {
  const ms = parsePromDuration(text);
  if (ms === null || ms === 0 || factor === 1) return text;
  return printPromDuration(Math.max(LEAST_MS, ms / factor));
}

/** Windows, subquery steps and offsets; thresholds stay, whatever they mean. */
export function scaleExpression(expr: string, factor: number, parse: ParsePromql): string {
  const durations = nodesOf(parse(expr), 'NumberDurationLiteralInDurationContext').reverse();
  return durations.reduce(
    (text, { from, to }) => text.slice(0, from) + scaleDuration(expr.slice(from, to), factor) + text.slice(to),
    expr,
  );
}

/** A rule file; rules keep their groups and order. */
export function scaleRules(rules: readonly Rule[], factor: number, parse: ParsePromql): { groups: unknown[] } {
  const names = [...new Set(rules.map(({ file, group }) => `${file} ${group}`))];
  return {
    groups: names.map((name) => {
      const members = rules.filter(({ file, group }) => `${file} ${group}` === name);
      const interval = members[0]?.interval;
      return {
        name,
        ...(interval === undefined ? {} : { interval: scaleDuration(interval, factor) }),
        rules: members.map((rule) => printRule(scaleRule(rule, factor, parse))),
      };
    }),
  };
}

export function scaleRule(rule: Rule, factor: number, parse: ParsePromql): Rule {
  return {
    ...rule,
    expr: scaleExpression(rule.expr, factor, parse),
    for: rule.for === undefined ? undefined : scaleDuration(rule.for, factor),
    keepFiringFor: rule.keepFiringFor === undefined ? undefined : scaleDuration(rule.keepFiringFor, factor),
  };
}

const DURATION_KEYS = new Set([
  'scrape_interval',
  'scrape_timeout',
  'evaluation_interval',
  'group_wait',
  'group_interval',
  'repeat_interval',
  'interval',
]);

/** A copy of a configuration with its durations scaled, wherever they stand. */
export function scaleConfig(value: unknown, factor: number): unknown {
  if (Array.isArray(value)) return value.map((entry) => scaleConfig(entry, factor));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      DURATION_KEYS.has(key) && typeof inner === 'string' ? scaleDuration(inner, factor) : scaleConfig(inner, factor),
    ]),
  );
}
