// The rules × routes table: label sets with the receivers they must reach, and pairs of alerts that must or must not mute.

import { isRecord, own } from '../../../base/json.ts';
import { parseYaml } from '../../../base/yaml.ts';
import type { Catalogue } from '../catalogue.ts';
import type { Finding, Rule } from '../rule.ts';
import { inhibitedBy, receiversOf } from './deliver.ts';
import type { Labels } from './route-matcher.ts';
import type { Routing } from './routing.ts';

export interface RouteCase {
  readonly name: string;
  readonly labels: Labels;
  readonly receivers: readonly string[];
}

export interface InhibitCase {
  readonly name: string;
  readonly firing: readonly Labels[];
  readonly alert: Labels;
  readonly muted: boolean;
}

export interface RouteCases {
  readonly routes: readonly RouteCase[];
  readonly inhibitions: readonly InhibitCase[];
  readonly problems: readonly Finding[];
}

export const NO_CASES: RouteCases = { routes: [], inhibitions: [], problems: [] };

export async function readRouteCases(file: string, text: string): Promise<RouteCases> {
  const parsed = await parseYaml(text);
  const root = isRecord(parsed.value) ? parsed.value : {};
  return {
    routes: records(own(root, 'routes')).map((entry) => ({
      name: String(own(entry, 'name') ?? ''),
      labels: labels(own(entry, 'labels')),
      receivers: texts(own(entry, 'receivers')),
    })),
    inhibitions: records(own(root, 'inhibitions')).map((entry) => ({
      name: String(own(entry, 'name') ?? ''),
      firing: records(own(entry, 'firing')).map(labels),
      alert: labels(own(entry, 'alert')),
      muted: own(entry, 'muted') === true,
    })),
    problems: parsed.problems.map(({ line, message }) => ({ file, line, rule: '', check: 'route-tests', message })),
  };
}

/** Each rule with its own labels, held to the receivers that the catalogue promises for it. */
export function casesOfRules(rules: readonly Rule[], catalogues: readonly Catalogue[]): RouteCase[] {
  const promises = catalogues.flatMap(({ alerts }) => alerts);
  return rules.flatMap((rule): RouteCase[] => {
    const severity = rule.labels['severity'] ?? '';
    const promise = promises.find((one) => one.alert === rule.name && one.severity === severity);
    const receivers = promise?.receivers ?? catalogues.flatMap((one) => one.defaultReceivers.get(severity) ?? []);
    if (rule.kind !== 'alert' || receivers.length === 0) return [];
    const name = `${rule.name} (${severity})`;
    return [{ name, labels: { alertname: rule.name, ...rule.labels }, receivers }];
  });
}

/** Sentences, one for each line of the table that does not hold. */
export function judgeRouting(
  routing: Pick<Routing, 'root' | 'inhibitRules'>,
  cases: Omit<RouteCases, 'problems'>,
): string[] {
  const routed = cases.routes.flatMap(({ name, labels: given, receivers }) => {
    const reached = receiversOf(routing, given);
    if (sameSet(reached, receivers)) return [];
    return [`${name}: wanted ${receivers.join(', ')}, reached ${reached.join(', ')}`];
  });
  const muted = cases.inhibitions.flatMap(({ name, firing, alert, muted: wanted }) => {
    const isMuted = inhibitedBy(routing, alert, [...firing, alert]) !== null;
    return isMuted === wanted
      ? []
      : [`${name}: wanted ${wanted ? 'muted' : 'heard'}, is ${isMuted ? 'muted' : 'heard'}`];
  });
  return [...routed, ...muted];
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((entry) => right.includes(entry));
}

function records(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function labels(value: unknown): Labels {
  const found: Record<string, string> = Object.create(null);
  for (const [key, text] of Object.entries(isRecord(value) ? value : {})) found[key] = String(text);
  return found;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
