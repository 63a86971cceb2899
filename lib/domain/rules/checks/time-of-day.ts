// promql/zone: Prometheus knows no time zone; the rest of time() by a day counts from midnight UTC.

import { nodesOf, textOf } from '../promql.ts';
import { type Check, found } from './check.ts';

const DAY_SECONDS = 86_400;

export const checkTimeOfDay: Check = (rule) =>
  nodesOf(rule.promql, 'BinaryExpr').flatMap((node) => {
    const right = node.children.at(-1)!;
    const left = textOf(rule.promql, node.children[0]!);
    if (!node.children.some(({ type }) => type === 'Mod') || Number(textOf(rule.promql, right)) !== DAY_SECONDS)
      return [];
    // A shift of hours beside time() is the zone, said by somebody who thought of it.
    if (!/\btime\(\)/.test(left) || /[+-]/.test(left)) return [];
    return [
      found(
        rule,
        'promql/zone',
        'takes time() % 86400 for the time of day: that is UTC; add the zone, (time() + 8 * 3600) % 86400',
        rule.lines.expr,
      ),
    ];
  });
