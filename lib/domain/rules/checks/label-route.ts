// alert/route: every label an alert sets is read by somebody, and its severity leads to a route of its own.

import { matches, type RouteMatcher } from '../routes/route-matcher.ts';
import type { Route, Routing } from '../routes/routing.ts';
import { type Check, found } from './check.ts';

export const checkLabelRoute: Check = (rule, { routing, informationalLabels }) => {
  if (rule.kind !== 'alert' || routing === null) return [];
  const read = matchersOf(routing);
  const grouped = groupLabels(routing.root);
  return Object.entries(rule.labels).flatMap(([label, value]) => {
    // A templated value is known only when it fires.
    if (value.includes('{{')) return [];
    const readers = read.filter((matcher) => matcher.label === label);
    if (readers.length === 0) {
      if (grouped.has(label) || informationalLabels.has(label)) return [];
      return [found(rule, 'alert/route', `label ${label} is read by no route, inhibition or grouping`)];
    }
    if (readers.some((matcher) => matches(matcher, { ...rule.labels, alertname: rule.name }))) return [];
    if (matchedByName(routing.root, rule.name)) return [];
    return [found(rule, 'alert/route', `label ${label}="${value}" is matched by no route`)];
  });
};

function matchersOf({ root, inhibitRules }: Routing): RouteMatcher[] {
  const ofRoutes = (route: Route): RouteMatcher[] => [...route.matchers, ...route.routes.flatMap(ofRoutes)];
  return [...ofRoutes(root), ...inhibitRules.flatMap(({ source, target }) => [...source, ...target])];
}

function groupLabels(route: Route): Set<string> {
  return new Set([...route.groupBy, ...route.routes.flatMap((child) => [...groupLabels(child)])]);
}

function matchedByName(root: Route, name: string): boolean {
  return root.routes.some(({ matchers }) =>
    matchers.some((matcher) => matcher.label === 'alertname' && matches(matcher, { alertname: name })),
  );
}
