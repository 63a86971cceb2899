// Which receivers an alert reaches, and whether another alert mutes it: Alertmanager's own rules, decided offline.

import { type Labels, matchesAll } from './route-matcher.ts';
import type { InhibitRule, Route, Routing } from './routing.ts';

/** The routes that take the alert, in order; the deepest match wins, `continue` lets siblings try. */
export function routesOf(routing: Pick<Routing, 'root'>, labels: Labels): Route[] {
  return matchRoute(routing.root, labels);
}

export function receiversOf(routing: Pick<Routing, 'root'>, labels: Labels): string[] {
  return [...new Set(routesOf(routing, labels).map(({ receiver }) => receiver))];
}

function matchRoute(route: Route, labels: Labels): Route[] {
  if (!matchesAll(route.matchers, labels)) return [];
  const taken: Route[] = [];
  for (const child of route.routes) {
    const inner = matchRoute(child, labels);
    taken.push(...inner);
    if (inner.length > 0 && !child.continue) break;
  }
  return taken.length > 0 ? taken : [route];
}

/** The index of the first inhibit rule by which one of the firing alerts mutes the target, or null. */
export function inhibitedBy(
  routing: Pick<Routing, 'inhibitRules'>,
  target: Labels,
  firing: readonly Labels[],
): number | null {
  const index = routing.inhibitRules.findIndex((rule) => isMuted(rule, target, firing));
  return index === -1 ? null : index;
}

function isMuted(rule: InhibitRule, target: Labels, firing: readonly Labels[]): boolean {
  if (!matchesAll(rule.target, target)) return false;
  const targetIsSource = matchesAll(rule.source, target);
  return firing.some((source) => {
    if (!matchesAll(rule.source, source)) return false;
    // An alert on both sides cannot mute another that is on both sides; otherwise it would mute itself.
    if (targetIsSource && matchesAll(rule.target, source)) return false;
    return rule.equal.every((label) => (source[label] ?? '') === (target[label] ?? ''));
  });
}
