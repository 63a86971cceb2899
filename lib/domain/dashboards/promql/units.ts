// The unit of an expression's result, as far as units of metrics and arithmetic tell.

import { metricOf } from '../../rules/checks/metric-lookup.ts';
import { childOf, type Promql, type PromqlNode, textOf } from '../../rules/promql.ts';
import type { MetricFacts } from './facts.ts';
import { argumentsOf, isExpression, isNumber, metricName } from './labels.ts';

/** `count` is a number of things; `timestamp` seconds since 1970. */
export const UNITS = [
  's',
  'ms',
  'us',
  'ns',
  'bytes',
  'bytes/s',
  'ratio',
  'percent',
  'count',
  'rate',
  'timestamp',
  'money',
] as const;
export type Unit = (typeof UNITS)[number];

/** Null: not known, or nothing that has a name. */
export function unitOf(promql: Promql, facts: MetricFacts, node: PromqlNode = promql.root): Unit | null {
  switch (node.type) {
    case 'VectorSelector':
      return ofMetric(facts, metricName(promql, node));
    case 'AggregateExpr':
      return ofAggregation(promql, facts, node);
    case 'FunctionCall':
      return ofCall(promql, facts, node);
    case 'BinaryExpr':
      return ofBinary(promql, facts, node);
    case 'NumberDurationLiteral':
    case 'StringLiteral':
      return null;
    default: {
      const inner = node.children.find(({ type }) => isExpression(type));
      return inner === undefined ? null : unitOf(promql, facts, inner);
    }
  }
}

const WORDS: readonly (readonly [RegExp, Unit])[] = [
  [/^(?:s|seconds?)$/, 's'],
  [/^(?:ms|milliseconds?)$/, 'ms'],
  [/^(?:us|\u00b5s|microseconds?)$/, 'us'],
  [/^(?:ns|nanoseconds?)$/, 'ns'],
  [/^bytes?$/, 'bytes'],
  [/^bytes per second$/, 'bytes/s'],
  [/^(?:ratio|share)$/, 'ratio'],
  [/^(?:percent|%)$/, 'percent'],
  [/ per second$|\/s$/, 'rate'],
  [/^(?:usd|eur|dollars?|currency)$/i, 'money'],
  [/^(?:timestamp|unix time)/i, 'timestamp'],
];

/** Words that name no dimension: states, codes, flags, plain numbers. */
const NAMELESS = /^(?:1|none|bool\w*|flag|state|code|exit code|enum|info|number|score)?$/i;

const ENDINGS: readonly (readonly [RegExp, Unit])[] = [
  [/_timestamp(?:_seconds)?$/, 'timestamp'],
  [/_(?:seconds|s)$/, 's'],
  [/_(?:milliseconds|ms)(?:_p\d+)?$/, 'ms'],
  [/_bytes$/, 'bytes'],
  [/_ratio$/, 'ratio'],
  [/_(?:percent|pct)$/, 'percent'],
  [/_(?:usd|eur)$/, 'money'],
  [/_mps$/, 'rate'],
];

function ofMetric(facts: MetricFacts, name: string): Unit | null {
  const part = /_(bucket|count)$/.exec(name)?.[1];
  const metric = metricOf(facts, name);
  if (metric === undefined) return name.includes(':') ? ofRecorded(name) : ofName(name.replace(/_total$/, ''));
  if (part !== undefined && metricOf(facts, name)?.name === name && !facts.metrics.has(name)) return 'count';
  if (/_timestamp(?:_seconds)?$/.test(name)) return 'timestamp';
  if (metric.unit !== undefined) {
    const unit = WORDS.find(([word]) => word.test(metric.unit ?? ''))?.[1];
    return unit ?? (NAMELESS.test(metric.unit) ? null : 'count');
  }
  const whole = name.replace(/_(?:sum|total)$/, '');
  return ofName(whole) ?? (metric.type === 'counter' ? 'count' : null);
}

/** `level:metric:operation`: a ratio says so, whatever the metric is. */
function ofRecorded(name: string): Unit | null {
  return /:ratio(?:_rate)?\d*[smhdw]?$/.test(name) ? 'ratio' : null;
}

function ofName(name: string): Unit | null {
  return ENDINGS.find(([ending]) => ending.test(name))?.[1] ?? null;
}

function ofAggregation(promql: Promql, facts: MetricFacts, node: PromqlNode): Unit | null {
  const operator = textOf(promql, childOf(node, 'AggregateOp') ?? node).toLowerCase();
  if (operator === 'count' || operator === 'count_values') return 'count';
  if (operator === 'group' || operator === 'stdvar') return null;
  return ofVector(promql, facts, node);
}

function ofVector(promql: Promql, facts: MetricFacts, node: PromqlNode): Unit | null {
  const vector = argumentsOf(node).find((arg) => arg.type !== 'StringLiteral' && !isNumber(promql, arg));
  return vector === undefined ? null : unitOf(promql, facts, vector);
}

const PER_SECOND: Partial<Record<Unit, Unit>> = { count: 'rate', bytes: 'bytes/s', s: 'ratio' };

function ofCall(promql: Promql, facts: MetricFacts, node: PromqlNode): Unit | null {
  const name = textOf(promql, childOf(node, 'FunctionIdentifier') ?? node).toLowerCase();
  if (name === 'time' || name === 'timestamp') return 'timestamp';
  if (/^(?:count_over_time|changes|resets)$/.test(name)) return 'count';
  if (/^(?:absent|absent_over_time|present_over_time|stdvar_over_time|ln|log2|log10|exp|sgn|vector)$/.test(name))
    return null;
  if (name === 'histogram_quantile') return ofBuckets(promql, facts, argumentsOf(node).at(-1) ?? node);
  const inner = ofVector(promql, facts, node);
  return /^(?:rate|irate|deriv)$/.test(name) && inner !== null ? (PER_SECOND[inner] ?? null) : inner;
}

/** The quantile has the unit of what was observed, not of the buckets' counts. */
function ofBuckets(promql: Promql, facts: MetricFacts, node: PromqlNode): Unit | null {
  if (node.type === 'VectorSelector') {
    const whole = metricName(promql, node).replace(/_bucket$/, '');
    return ofMetric(facts, whole);
  }
  const found = node.children.map((child) => ofBuckets(promql, facts, child));
  return found.find((unit) => unit !== null) ?? null;
}

function ofBinary(promql: Promql, facts: MetricFacts, node: PromqlNode): Unit | null {
  const sides = node.children.filter(({ type }) => isExpression(type));
  const operator = node.children.find(({ type }) => !isExpression(type))?.type ?? '';
  const [left, right] = [sides[0] ?? node, sides.at(-1) ?? node];
  if (childOf(node, 'BoolModifier') !== undefined) return null;
  if (isConstant(promql, right)) return scaled(unitOf(promql, facts, left), operator, numberIn(promql, right));
  if (isConstant(promql, left)) {
    const unit = unitOf(promql, facts, right);
    return operator === 'Mul' ? scaled(unit, operator, numberIn(promql, left)) : operator === 'Div' ? null : unit;
  }
  if (operator !== 'Div') return combined(operator, unitOf(promql, facts, left), unitOf(promql, facts, right));
  // `100 * a / b` is a share in percent: the factor belongs to the share.
  const [above, below] = [peel(promql, left), peel(promql, right)];
  const share = combined('Div', unitOf(promql, facts, above.node), unitOf(promql, facts, below.node));
  const factor = above.factor / below.factor;
  return factor === 1 ? share : scaled(share, 'Mul', factor);
}

/** What is left of a product without its constant. */
function peel(promql: Promql, node: PromqlNode): { node: PromqlNode; factor: number } {
  if (node.type === 'ParenExpr' && node.children.length === 1) return peel(promql, node.children[0]!);
  if (node.type !== 'BinaryExpr' || childOf(node, 'Mul') === undefined) return { node, factor: 1 };
  const [left, right] = [node.children[0]!, node.children.at(-1)!];
  if (isConstant(promql, left)) return { node: right, factor: numberIn(promql, left) };
  return isConstant(promql, right) ? { node: left, factor: numberIn(promql, right) } : { node, factor: 1 };
}

const SCALES: readonly (readonly [from: Unit, by: number, to: Unit])[] = [
  ['s', 1_000, 'ms'],
  ['ms', 0.001, 's'],
  ['s', 1_000_000, 'us'],
  ['us', 0.000_001, 's'],
  ['ratio', 100, 'percent'],
  ['percent', 0.01, 'ratio'],
];

function scaled(unit: Unit | null, operator: string, value: number): Unit | null {
  if (operator !== 'Mul' && operator !== 'Div') return ['Mod', 'Pow', 'Atan2'].includes(operator) ? null : unit;
  const factor = operator === 'Mul' ? value : 1 / value;
  const known = SCALES.find(([from, by]) => from === unit && Math.abs(by / factor - 1) < 1e-9);
  // Money, counts and rates may be scaled by anything and are what they were.
  if (known !== undefined) return known[2];
  return unit === 'count' || unit === 'rate' || unit === 'money' ? unit : null;
}

function combined(operator: string, left: Unit | null, right: Unit | null): Unit | null {
  switch (operator) {
    case 'Div':
      if (left === null || right === null) return null;
      if (left === right) return 'ratio';
      // The average of what was observed: a sum over its count, as totals or as rates.
      if (left === 'ratio' && right === 'rate') return 's';
      return right === 'count' ? left : null;
    case 'Sub':
      if (left === 'timestamp' && right === 'timestamp') return 's';
      return left === right ? left : null;
    case 'Add':
      return left === right ? left : null;
    case 'Mul':
    case 'Mod':
    case 'Pow':
    case 'Atan2':
      return null;
    case 'Or':
      return left === right ? left : null;
    default:
      return left;
  }
}

function isConstant(promql: Promql, node: PromqlNode): boolean {
  return Number.isFinite(numberIn(promql, node));
}

function numberIn(promql: Promql, node: PromqlNode): number {
  const text = textOf(promql, node).replace(/^\((.*)\)$/, '$1');
  return /^[-+\d.eE]+$/.test(text) ? Number(text) : Number.NaN;
}
