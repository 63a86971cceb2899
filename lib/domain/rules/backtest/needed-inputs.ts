// What must have been recorded for an expression to say anything: a quiet rule over missing data has proven nothing.

import { childOf, type Promql, type PromqlNode, textOf } from '../promql.ts';
import { findSelectors, modifiersOf, type Selector } from '../selectors.ts';

export type Needed =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'metric'; readonly metric: string /** `offset 1h`, or empty. */; readonly offset: string }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Needed[] };

const NOTHING: Needed = { kind: 'nothing' };
// Their very work is to notice that a series is gone.
const SPEAK_OF_ABSENCE = new Set(['absent', 'absent_over_time']);

export function neededInputs(promql: Promql): Needed {
  const selectors = new Map(findSelectors(promql).map((selector) => [selector.node, selector]));
  return read(promql.root);

  function read(node: PromqlNode): Needed {
    const selector = selectors.get(node);
    if (selector !== undefined) return metricOf(selector, modifiersOf(promql, node).offset);
    switch (node.type) {
      case 'MatrixSelector':
        return metricOf(selectors.get(node.children[0]!), modifiersOf(promql, node).offset);
      case 'BinaryExpr':
        return readBinary(node);
      case 'FunctionCall':
        return SPEAK_OF_ABSENCE.has(nameOf(node)) ? NOTHING : combine('all', node.children);
      default:
        return combine('all', node.children);
    }
  }

  function readBinary(node: PromqlNode): Needed {
    if (childOf(node, 'Unless') !== undefined) return read(node.children[0]!);
    return combine(childOf(node, 'Or') === undefined ? 'all' : 'any', operands(node));
  }

  /** A side that needs nothing makes an `or` always able to answer. */
  function combine(kind: 'all' | 'any', nodes: readonly PromqlNode[]): Needed {
    const parts = nodes.map(read);
    if (kind === 'any' && parts.some((part) => part.kind === 'nothing')) return NOTHING;
    const needed = parts.filter((part) => part.kind !== 'nothing');
    if (needed.length <= 1) return needed[0] ?? NOTHING;
    return { kind, parts: needed };
  }

  function nameOf(node: PromqlNode): string {
    const name = childOf(node, 'FunctionIdentifier');
    return name === undefined ? '' : textOf(promql, name).toLowerCase();
  }
}

function metricOf(selector: Selector | undefined, offset: string): Needed {
  const metric = selector?.metric ?? '';
  return metric === '' ? NOTHING : { kind: 'metric', metric, offset };
}

function operands(node: PromqlNode): PromqlNode[] {
  return [node.children[0]!, node.children.at(-1)!];
}

/** Every metric with its offset, once. */
export function metricsOf(needed: Needed): Extract<Needed, { kind: 'metric' }>[] {
  const found = new Map<string, Extract<Needed, { kind: 'metric' }>>();
  const collect = (one: Needed): void => {
    if (one.kind === 'metric') found.set(presenceQuery(one), one);
    else if (one.kind !== 'nothing') for (const part of one.parts) collect(part);
  };
  collect(needed);
  return [...found.values()];
}

export function presenceQuery({ metric, offset }: { readonly metric: string; readonly offset: string }): string {
  return `count({__name__=${JSON.stringify(metric)}}${offset === '' ? '' : ` ${offset}`})`;
}

export function isSatisfied(needed: Needed, has: (query: string) => boolean): boolean {
  switch (needed.kind) {
    case 'nothing':
      return true;
    case 'metric':
      return has(presenceQuery(needed));
    case 'all':
      return needed.parts.every((part) => isSatisfied(part, has));
    case 'any':
      return needed.parts.some((part) => isSatisfied(part, has));
  }
}
