// rule/twice: two rules of the same name and labels overwrite, or repeat, each other.

import type { Finding, Rule } from '../rule.ts';

export function checkTwice(rules: readonly Rule[]): Finding[] {
  const first = new Map<string, Rule>();
  return rules.flatMap((rule) => {
    const key = JSON.stringify([rule.kind, rule.name, Object.entries(rule.labels).sort()]);
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, rule);
      return [];
    }
    const message = `is there already, with the same labels: ${before.file}:${before.line}`;
    return [{ file: rule.file, line: rule.line, rule: rule.name, check: 'rule/twice', message }];
  });
}
