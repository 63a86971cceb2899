// Seconds and milliseconds, shares and per cent: what is added, subtracted or compared has one unit.

import { isExpression } from '../../dashboards/promql/labels.ts';
import { type Unit, unitOf } from '../../dashboards/promql/units.ts';
import { walk } from '../promql.ts';
import type { FindMistakes } from './mistake.ts';

const WANT_ONE_UNIT = new Set(['Add', 'Sub', 'Gtr', 'Gte', 'Lss', 'Lte', 'Eql', 'Neq']);
const NAMES: Partial<Record<Unit, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  bytes: 'bytes',
  'bytes/s': 'bytes a second',
  ratio: 'a ratio from 0 to 1',
  percent: 'per cent',
  money: 'money',
};
/** Seconds since 1970 go with seconds, and with no other measure of time. */
const NOT_WITH_TIMESTAMP: readonly Unit[] = ['ms', 'us', 'ns'];

export const findMixedUnits: FindMistakes = (promql, facts) =>
  [...walk(promql.root)].flatMap(({ node }) => {
    if (node.type !== 'BinaryExpr' || !node.children.some(({ type }) => WANT_ONE_UNIT.has(type))) return [];
    const sides = node.children.filter(({ type }) => isExpression(type));
    const [left, right] = [sides[0], sides.at(-1)].map((side) =>
      side === undefined ? null : unitOf(promql, facts, side),
    );
    if (left === undefined || right === undefined || left === null || right === null || left === right) return [];
    const [one, other] = [nameOf(left, right), nameOf(right, left)];
    return one === undefined || other === undefined ? [] : [`puts ${one} beside ${other}`];
  });

function nameOf(unit: Unit, other: Unit): string | undefined {
  if (unit === 'timestamp') return NOT_WITH_TIMESTAMP.includes(other) ? 'seconds since 1970' : undefined;
  return NAMES[unit];
}
