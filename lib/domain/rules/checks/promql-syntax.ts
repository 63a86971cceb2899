// promql/syntax: the expression is PromQL by the official grammar.

import { type Check, found } from './check.ts';

export const checkPromqlSyntax: Check = (rule) => {
  const { errorAt, text } = rule.promql;
  if (errorAt === null) return [];
  const near = text.slice(errorAt, errorAt + 20).trim();
  const where = near === '' ? 'at its end' : `near "${near}"`;
  return [found(rule, 'promql/syntax', `expression is not PromQL ${where}`, rule.lines.expr)];
};
