// Edits of operators: comparisons, arithmetic, sets, and how two sides are matched.

import { childOf, type Promql, type PromqlNode, textOf, walk } from '../promql.ts';
import type { Edit, MutationKind } from './mutant.ts';

const REPLACEMENTS: Readonly<Record<string, readonly [kind: MutationKind, others: readonly string[]]>> = {
  Gtr: ['comparison', ['>=', '<', '==']],
  Gte: ['comparison', ['>', '<', '==']],
  Lss: ['comparison', ['<=', '>', '==']],
  Lte: ['comparison', ['<', '>', '==']],
  Eql: ['comparison', ['!=', '>=', '<=']],
  Neq: ['comparison', ['==']],
  Add: ['arithmetic', ['-']],
  Sub: ['arithmetic', ['+']],
  Mul: ['arithmetic', ['/']],
  Div: ['arithmetic', ['*']],
  Mod: ['arithmetic', ['/']],
  Pow: ['arithmetic', ['*']],
  And: ['set', ['unless']],
  Or: ['set', ['and']],
  Unless: ['set', ['and']],
};

export function operatorEdits(promql: Promql): Edit[] {
  return [...walk(promql.root)].flatMap(({ node }) => {
    if (node.type === 'BinaryExpr') return binaryEdits(promql, node);
    if (node.type === 'MatchingModifierClause') return matchingEdits(promql, node);
    if (node.type === 'UnaryExpr') return unaryEdits(promql, node);
    return [];
  });
}

function binaryEdits(promql: Promql, node: PromqlNode): Edit[] {
  const operator = node.children.find(({ type }) => type in REPLACEMENTS);
  if (operator === undefined) return [];
  const [kind, others] = REPLACEMENTS[operator.type]!;
  const before = textOf(promql, operator);
  const swaps = others.map((text): Edit => ({ ...operator, kind, text, what: `${before} → ${text}` }));
  return kind === 'set' ? [...swaps, ...sideEdits(promql, node, before)] : swaps;
}

/** A set operator without its right side, and `or` without its left one too. */
function sideEdits(promql: Promql, node: PromqlNode, operator: string): Edit[] {
  const left = node.children[0]!;
  const right = node.children.at(-1)!;
  const { from, to } = node;
  const keepLeft: Edit = { kind: 'set', from, to, text: textOf(promql, left), what: `without "${operator} …"` };
  if (operator.toLowerCase() !== 'or') return [keepLeft];
  return [keepLeft, { kind: 'set', from, to, text: textOf(promql, right), what: 'without "… or"' }];
}

function matchingEdits(promql: Promql, node: PromqlNode): Edit[] {
  const keyword = node.children[0]!;
  const before = textOf(promql, keyword);
  const other = keyword.type === 'On' ? 'ignoring' : 'on';
  const labels = childOf(node, 'GroupingLabels');
  return [
    { kind: 'matching', from: keyword.from, to: keyword.to, text: other, what: `${before} → ${other}` },
    ...(labels === undefined ? [] : labelListEdits(promql, labels, 'matching', before)),
  ];
}

/** A list of labels, each left out in turn. */
export function labelListEdits(promql: Promql, list: PromqlNode, kind: MutationKind, before: string): Edit[] {
  const names = list.children.map((child) => textOf(promql, child));
  return names.map((name, index) => {
    const rest = names.filter((_name, other) => other !== index);
    const { from, to } = list;
    return { kind, from, to, text: `(${rest.join(', ')})`, what: `${before} without ${name}` };
  });
}

function unaryEdits(promql: Promql, { from, to, children }: PromqlNode): Edit[] {
  const [operator, operand] = children;
  if (operator === undefined || operand === undefined || textOf(promql, operator) !== '-') return [];
  return [{ kind: 'arithmetic', from, to, text: textOf(promql, operand), what: 'without the minus' }];
}
