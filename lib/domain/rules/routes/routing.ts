// An Alertmanager configuration as far as routing needs it.

import { isRecord, own } from '../../../base/json.ts';
import { parseYaml } from '../../../base/yaml.ts';
import type { Finding } from '../rule.ts';
import { parseMatchers, type RouteMatcher } from './route-matcher.ts';

export interface Route {
  /** `route`, `route.routes[1]` … */
  readonly path: string;
  readonly receiver: string;
  readonly matchers: readonly RouteMatcher[];
  readonly continue: boolean;
  readonly groupBy: readonly string[];
  readonly groupWait: string;
  readonly groupInterval: string;
  readonly repeatInterval: string;
  readonly routes: readonly Route[];
}

export interface InhibitRule {
  readonly source: readonly RouteMatcher[];
  readonly target: readonly RouteMatcher[];
  readonly equal: readonly string[];
}

export interface Routing {
  readonly file: string;
  readonly root: Route;
  readonly inhibitRules: readonly InhibitRule[];
  readonly receivers: readonly string[];
  /** Receiver → the kinds it delivers by: `slack`, `pagerduty`, `webhook` … */
  readonly integrations: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly Finding[];
}

type Mapping = Readonly<Record<string, unknown>>;

interface Reading {
  readonly file: string;
  readonly lines: ReadonlyMap<string, number>;
  readonly problems: Finding[];
}

// Alertmanager's own defaults.
const DEFAULTS = { receiver: '', groupBy: [], groupWait: '30s', groupInterval: '5m', repeatInterval: '4h' };

export async function readRouting(file: string, text: string): Promise<Routing> {
  const parsed = await parseYaml(text);
  const reading: Reading = { file, lines: parsed.lines, problems: [] };
  for (const { line, message } of parsed.problems) reading.problems.push(finding(file, line, message));
  const value = isRecord(parsed.value) ? parsed.value : {};
  const root = readRoute(mapping(own(value, 'route')), 'route', DEFAULTS, reading);
  return {
    file,
    root,
    inhibitRules: list(own(value, 'inhibit_rules')).map((rule, index) =>
      readInhibit(rule, `inhibit_rules[${index}]`, reading),
    ),
    receivers: list(own(value, 'receivers')).flatMap((receiver) => {
      const name = own(receiver, 'name');
      return typeof name === 'string' ? [name] : [];
    }),
    integrations: new Map(
      list(own(value, 'receivers')).map((receiver) => [String(own(receiver, 'name')), kindsOf(receiver)]),
    ),
    problems: reading.problems,
  };
}

function kindsOf(receiver: Mapping): string[] {
  return Object.keys(receiver).flatMap((key) => (key.endsWith('_configs') ? [key.slice(0, -'_configs'.length)] : []));
}

function readRoute(
  entry: Mapping,
  path: string,
  parent: Omit<Route, 'path' | 'matchers' | 'continue' | 'routes'>,
  reading: Reading,
): Route {
  const own_ = {
    receiver: String(own(entry, 'receiver') ?? parent.receiver),
    groupBy: Array.isArray(own(entry, 'group_by')) ? texts(own(entry, 'group_by')) : parent.groupBy,
    groupWait: String(own(entry, 'group_wait') ?? parent.groupWait),
    groupInterval: String(own(entry, 'group_interval') ?? parent.groupInterval),
    repeatInterval: String(own(entry, 'repeat_interval') ?? parent.repeatInterval),
  };
  return {
    path,
    ...own_,
    matchers: readMatchers(entry, ['matchers', 'match', 'match_re'], path, reading),
    continue: own(entry, 'continue') === true,
    routes: list(own(entry, 'routes')).map((route, index) =>
      readRoute(route, `${path}.routes[${index}]`, own_, reading),
    ),
  };
}

function readInhibit(entry: Mapping, path: string, reading: Reading): InhibitRule {
  return {
    source: readMatchers(entry, ['source_matchers', 'source_match', 'source_match_re'], path, reading),
    target: readMatchers(entry, ['target_matchers', 'target_match', 'target_match_re'], path, reading),
    equal: texts(own(entry, 'equal')),
  };
}

function readMatchers(
  entry: Mapping,
  [modern, exact, regex]: readonly [string, string, string],
  path: string,
  reading: Reading,
): RouteMatcher[] {
  const found: RouteMatcher[] = [];
  for (const text of texts(own(entry, modern))) {
    const parsed = parseMatchers(text);
    if (parsed === null) {
      const line = reading.lines.get(`${path}.${modern}`) ?? 1;
      reading.problems.push(finding(reading.file, line, `${path}.${modern} "${text}" is no matcher`));
    }
    found.push(...(parsed ?? []));
  }
  for (const [label, value] of Object.entries(mapping(own(entry, exact))))
    found.push({ label, op: '=', value: String(value) });
  for (const [label, value] of Object.entries(mapping(own(entry, regex))))
    found.push({ label, op: '=~', value: String(value) });
  return found;
}

function mapping(value: unknown): Mapping {
  return isRecord(value) ? value : {};
}

function list(value: unknown): Mapping[] {
  return Array.isArray(value) ? value.map(mapping) : [];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function finding(file: string, line: number, message: string): Finding {
  return { file, line, rule: '', check: 'routing', message };
}
