// Routing trees with one small mistake: a matcher, a receiver, a continue, an inhibition.

import { printMatcher, type RouteMatcher } from './route-matcher.ts';
import type { InhibitRule, Route, Routing } from './routing.ts';

export interface RouteMutant {
  readonly where: string;
  readonly what: string;
  readonly routing: Pick<Routing, 'root' | 'inhibitRules'>;
  /** Why it routes every alert as before; null when it does not. */
  readonly proof: string | null;
}

export function makeRouteMutants(routing: Routing): RouteMutant[] {
  const { root, inhibitRules, receivers } = routing;
  const routes = routeChanges(root, receivers).map(({ where, what, route, proof }) => ({
    where,
    what,
    routing: { root: route, inhibitRules },
    proof: proof ?? null,
  }));
  const inhibitions = inhibitRules.flatMap((rule, index) =>
    inhibitChanges(rule).map(({ what, rules }) => ({
      where: `inhibit_rules[${index}]`,
      what,
      routing: { root, inhibitRules: inhibitRules.toSpliced(index, 1, ...rules) },
      proof: null,
    })),
  );
  return [...routes, ...inhibitions];
}

interface RouteChange {
  readonly where: string;
  readonly what: string;
  readonly route: Route;
  readonly proof?: string;
}

/** Every changed version of this route, its children's changes included. */
function routeChanges(route: Route, receivers: readonly string[]): RouteChange[] {
  const where = route.path;
  const other = receivers.find((name) => name !== route.receiver);
  return [
    ...matcherChanges(route.matchers).map(({ what, matchers }) => ({ where, what, route: { ...route, matchers } })),
    ...(other === undefined
      ? []
      : [{ where, what: `receiver ${route.receiver} → ${other}`, route: { ...route, receiver: other } }]),
    ...route.routes.flatMap((child, index) => childChanges(route, child, index, receivers)),
  ];
}

function childChanges(parent: Route, child: Route, index: number, receivers: readonly string[]): RouteChange[] {
  const withRoutes = (routes: readonly Route[]): Route => ({ ...parent, routes });
  const where = child.path;
  const later = parent.routes.slice(index + 1);
  const next = later[0];
  return [
    ...routeChanges(child, receivers).map((change) => ({
      ...change,
      route: withRoutes(parent.routes.with(index, change.route)),
    })),
    { where, what: 'route removed', route: withRoutes(parent.routes.toSpliced(index, 1)) },
    {
      where,
      what: `continue → ${!child.continue}`,
      route: withRoutes(parent.routes.with(index, { ...child, continue: !child.continue })),
      ...proofOf(
        later.every((sibling) => excludeEachOther(child, sibling)),
        'no later sibling can match what it matches',
      ),
    },
    ...(next === undefined
      ? []
      : [
          {
            where,
            what: 'swapped with the next',
            route: withRoutes(parent.routes.with(index, next).with(index + 1, child)),
            ...proofOf(
              excludeEachOther(child, next) || (child.continue && next.continue),
              'no alert matches both, or both continue',
            ),
          },
        ]),
  ];
}

function proofOf(holds: boolean, proof: string): { proof?: string } {
  return holds ? { proof } : {};
}

/** True when a label would have to be two things at once. */
function excludeEachOther(left: Route, right: Route): boolean {
  return left.matchers.some((one) =>
    right.matchers.some((other) => {
      if (one.label !== other.label) return false;
      const [mine, theirs] = [literalsOf(one), literalsOf(other)];
      return mine !== null && theirs !== null && mine.every((value) => !theirs.includes(value));
    }),
  );
}

/** The values that match, when they can be listed. */
function literalsOf({ op, value }: RouteMatcher): string[] | null {
  if (op === '=') return [value];
  return op === '=~' && /^[\w|-]+$/.test(value) ? value.split('|') : null;
}

function inhibitChanges(rule: InhibitRule): { what: string; rules: InhibitRule[] }[] {
  return [
    { what: 'inhibition removed', rules: [] },
    ...matcherChanges(rule.source).map(({ what, matchers }) => ({
      what: `source: ${what}`,
      rules: [{ ...rule, source: matchers }],
    })),
    ...matcherChanges(rule.target).map(({ what, matchers }) => ({
      what: `target: ${what}`,
      rules: [{ ...rule, target: matchers }],
    })),
    ...rule.equal.map((label) => ({
      what: `equal without ${label}`,
      rules: [{ ...rule, equal: rule.equal.filter((other) => other !== label) }],
    })),
  ];
}

const OPPOSITE = { '=': '!=', '!=': '=', '=~': '!~', '!~': '=~' } as const;

function matcherChanges(matchers: readonly RouteMatcher[]): { what: string; matchers: RouteMatcher[] }[] {
  return matchers.flatMap((matcher, index) => {
    const shown = printMatcher(matcher);
    const change = (changed: RouteMatcher): { what: string; matchers: RouteMatcher[] } => ({
      what: `${shown} → ${printMatcher(changed)}`,
      matchers: matchers.with(index, changed),
    });
    return [
      { what: `without ${shown}`, matchers: matchers.toSpliced(index, 1) },
      change({ ...matcher, op: OPPOSITE[matcher.op] }),
      ...otherValues(matcher).map((value) => change({ ...matcher, value })),
    ];
  });
}

function otherValues({ op, value }: RouteMatcher): string[] {
  const alternatives = value.split('|');
  if (!op.includes('~') || alternatives.length === 1 || value.includes('(')) return [`${value}x`];
  return alternatives.map((left) => alternatives.filter((other) => other !== left).join('|'));
}
