// promql/past: something compared with itself a few minutes ago says that it changed, not that it is bad.

import { nodesOf, type Promql, type PromqlNode, textOf } from '../promql.ts';
import { type Check, found } from './check.ts';

export const checkOwnPast: Check = (rule) => {
  const { promql } = rule;
  if (rule.kind !== 'alert') return [];
  return nodesOf(promql, 'BinaryExpr').flatMap((node) => {
    if (!node.children.some(({ type }) => /^(Div|Gtr|Gte|Lss|Lte)$/.test(type))) return [];
    const [left, right] = [plain(promql, node.children[0]!), plain(promql, node.children.at(-1)!)];
    if (left.text !== right.text || left.hasOffset === right.hasOffset) return [];
    // Counts of a day or a week before are a season, not a budget.
    if (!left.text.includes('histogram_quantile')) return [];
    return [
      found(
        rule,
        'promql/past',
        'compares a quantile with itself a while ago: a service that is always too slow never burns; count slow requests and use an objective',
        rule.lines.expr,
      ),
    ];
  });
};

function plain(promql: Promql, node: PromqlNode): { text: string; hasOffset: boolean } {
  const text = textOf(promql, node);
  const without = text.replace(/\s*\boffset\s+-?\w+/g, '');
  // A guard against nothing is no difference.
  return { text: without.replace(/>\s*0\b/g, '').replace(/[\s()]/g, ''), hasOffset: without !== text };
}
