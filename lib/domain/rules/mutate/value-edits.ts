// Edits of values: thresholds by the smallest step that matters, windows by one evaluation, matchers, functions.

import { parsePromDuration, printPromDuration } from '../prom-duration.ts';
import { childOf, type Promql, type PromqlNode, textOf, walk } from '../promql.ts';
import { unquote } from '../selectors.ts';
import type { Edit } from './mutant.ts';
import { labelListEdits } from './operator-edits.ts';

const AGGREGATIONS: Readonly<Record<string, readonly string[]>> = {
  sum: ['max', 'count'],
  avg: ['max', 'sum'],
  max: ['min', 'sum'],
  min: ['max', 'sum'],
  count: ['sum'],
  group: ['count'],
  stddev: ['stdvar'],
  stdvar: ['stddev'],
  topk: ['bottomk'],
  bottomk: ['topk'],
};
/** An empty text unwraps the function: `floor(x)` → `(x)`. */
const FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  rate: ['increase'],
  increase: ['rate'],
  irate: ['rate'],
  delta: ['deriv'],
  deriv: ['delta'],
  floor: ['', 'ceil'],
  ceil: ['', 'floor'],
  round: [''],
  abs: [''],
  absent: [''],
  avg_over_time: ['max_over_time'],
  max_over_time: ['min_over_time'],
  min_over_time: ['max_over_time'],
  sum_over_time: ['count_over_time'],
  clamp_min: ['clamp_max'],
  clamp_max: ['clamp_min'],
};

export function valueEdits(promql: Promql, stepMs: number): Edit[] {
  return [...walk(promql.root)].flatMap(({ node, ancestors }) => {
    if (node.type === 'NumberDurationLiteral') return numberEdits(promql, node);
    if (node.type === 'NumberDurationLiteralInDurationContext') return windowEdits(promql, node, stepMs);
    if (node.type === 'LabelMatchers') return matcherEdits(promql, node);
    if (node.type === 'AggregateExpr') return aggregationEdits(promql, node);
    if (node.type === 'FunctionIdentifier') return functionEdits(promql, node, ancestors.at(-1));
    return [];
  });
}

function numberEdits(promql: Promql, node: PromqlNode): Edit[] {
  const before = textOf(promql, node);
  const match = /^([+-]?)(\d*)(?:\.(\d+))?$/.exec(before);
  if (match === null) return [];
  const decimals = match[3]?.length ?? 0;
  const step = 10 ** -decimals;
  return [step, -step].map((by) => {
    const text = (Number(before) + by).toFixed(decimals);
    return { kind: 'threshold', from: node.from, to: node.to, text, what: `${before} → ${text}` };
  });
}

function windowEdits(promql: Promql, { from, to }: PromqlNode, stepMs: number): Edit[] {
  const before = promql.text.slice(from, to);
  const ms = parsePromDuration(before);
  if (ms === null || ms === 0) return [];
  const others = [ms + stepMs, ms > stepMs ? ms - stepMs : ms / 2];
  return others.map((other) => {
    const text = printPromDuration(other);
    return { kind: 'window', from, to, text, what: `window ${before} → ${text}` };
  });
}

const OPPOSITE: Readonly<Record<string, string>> = { '=': '!=', '!=': '=', '=~': '!~', '!~': '=~' };

function matcherEdits(promql: Promql, list: PromqlNode): Edit[] {
  return list.children.flatMap((matcher): Edit[] => {
    const [label, op, value] = matcher.children;
    if (label === undefined || op === undefined || value === undefined) return [];
    const before = textOf(promql, matcher);
    const rest = list.children.filter((other) => other !== matcher).map((other) => textOf(promql, other));
    const opposite = OPPOSITE[textOf(promql, op)]!;
    const wrong = JSON.stringify(`${unquote(textOf(promql, value))}x`);
    return [
      { kind: 'matcher', from: list.from, to: list.to, text: `{${rest.join(',')}}`, what: `without ${before}` },
      {
        kind: 'matcher',
        from: op.from,
        to: op.to,
        text: opposite,
        what: `${before}: ${textOf(promql, op)} → ${opposite}`,
      },
      { kind: 'matcher', from: value.from, to: value.to, text: wrong, what: `${before} → ${wrong}` },
    ];
  });
}

function aggregationEdits(promql: Promql, node: PromqlNode): Edit[] {
  const operator = childOf(node, 'AggregateOp')!;
  const before = textOf(promql, operator);
  const swaps = (AGGREGATIONS[before.toLowerCase()] ?? []).map(
    (text): Edit => ({ kind: 'aggregation', from: operator.from, to: operator.to, text, what: `${before} → ${text}` }),
  );
  const modifier = childOf(node, 'AggregateModifier');
  if (modifier === undefined) return swaps;
  const keyword = modifier.children[0]!;
  const labels = childOf(modifier, 'GroupingLabels');
  const word = textOf(promql, keyword);
  const other = keyword.type === 'By' ? 'without' : 'by';
  return [
    ...swaps,
    { kind: 'grouping', from: keyword.from, to: keyword.to, text: other, what: `${word} → ${other}` },
    ...(labels === undefined ? [] : labelListEdits(promql, labels, 'grouping', word)),
  ];
}

function functionEdits(promql: Promql, { from, to }: PromqlNode, call: PromqlNode | undefined): Edit[] {
  const before = promql.text.slice(from, to);
  const others = FUNCTIONS[before.toLowerCase()] ?? [];
  // Unwrapping leaves the brackets; with two arguments they would be no expression.
  const isUnary = call === undefined || (childOf(call, 'FunctionCallBody')?.children.length ?? 0) === 1;
  return others
    .filter((text) => text !== '' || isUnary)
    .map((text) => ({
      kind: 'function',
      from,
      to,
      text,
      what: text === '' ? `without ${before}()` : `${before} → ${text}`,
    }));
}
