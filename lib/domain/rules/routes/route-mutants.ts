// Routing trees with one small mistake: a matcher, a receiver, a continue, an inhibition.

import { printMatcher, type RouteMatcher } from './route-matcher.ts';
import type { InhibitRule, Route, Routing } from './routing.ts';

export interface RouteMutant {
  readonly where: string;
  readonly what: string;
  readonly routing: Pick<Routing, 'root' | 'inhibitRules'>;
}

export function makeRouteMutants(routing: Routing): RouteMutant[] {
  const { root, inhibitRules, receivers } = routing;
  const routes = routeChanges(root, receivers).map(({ where, what, route }) => ({
    where,
    what,
    routing: { root: route, inhibitRules },
  }));
  const inhibitions = inhibitRules.flatMap((rule, index) =>
    inhibitChanges(rule).map(({ what, rules }) => ({
      where: `inhibit_rules[${index}]`,
      what,
      routing: { root, inhibitRules: inhibitRules.toSpliced(index, 1, ...rules) },
    })),
  );
  return [...routes, ...inhibitions];
}

interface RouteChange {
  readonly where: string;
  readonly what: string;
  readonly route: Route;
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
  const isLast = index === parent.routes.length - 1;
  const next = parent.routes[index + 1];
  return [
    ...routeChanges(child, receivers).map((change) => ({
      ...change,
      route: withRoutes(parent.routes.with(index, change.route)),
    })),
    { where, what: 'route removed', route: withRoutes(parent.routes.toSpliced(index, 1)) },
    // Behind the last sibling there is nothing to continue to.
    ...(isLast
      ? []
      : [
          {
            where,
            what: `continue → ${!child.continue}`,
            route: withRoutes(parent.routes.with(index, { ...child, continue: !child.continue })),
          },
        ]),
    // With `continue` on the first the order of two neighbours changes no set of receivers.
    ...(next === undefined || (child.continue && next.continue)
      ? []
      : [
          {
            where,
            what: 'swapped with the next',
            route: withRoutes(parent.routes.with(index, next).with(index + 1, child)),
          },
        ]),
  ];
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
