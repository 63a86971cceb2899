// promql/equal: increase() and rate() are extrapolated: they are hardly ever exactly a number, but 0.

import { childOf, nodesOf, type Promql, type PromqlNode, textOf } from '../promql.ts';
import { type Check, found } from './check.ts';

const EXTRAPOLATED = /^(?:increase|rate|irate|delta|deriv)$/;

export const checkExactIncrease: Check = (rule) => {
  const { promql } = rule;
  return nodesOf(promql, 'BinaryExpr').flatMap((node) => {
    if (!node.children.some(({ type }) => type === 'Eql' || type === 'Neq')) return [];
    const number = Number(textOf(promql, node.children.at(-1)!));
    const name = extrapolatedBy(promql, node.children[0]!);
    if (!Number.isFinite(number) || number === 0 || name === undefined) return [];
    const message = `compares ${name}() with exactly ${number}: it is extrapolated and hardly ever that; use > or <`;
    return [found(rule, 'promql/equal', message, rule.lines.expr)];
  });
};

/** Through brackets and aggregations; round() and floor() make whole numbers of it. */
function extrapolatedBy(promql: Promql, node: PromqlNode): string | undefined {
  if (node.type === 'FunctionCall') {
    const name = textOf(promql, childOf(node, 'FunctionIdentifier') ?? node).toLowerCase();
    return EXTRAPOLATED.test(name) ? name : undefined;
  }
  if (node.type === 'ParenExpr') return node.children.map((child) => extrapolatedBy(promql, child)).find(Boolean);
  if (node.type !== 'AggregateExpr' || /^(?:count|group)/i.test(textOf(promql, node))) return undefined;
  const body = childOf(node, 'FunctionCallBody');
  return body?.children.map((child) => extrapolatedBy(promql, child)).find(Boolean);
}
