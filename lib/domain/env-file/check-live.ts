// Is a file of variables fit to start the live environment with? Every finding in one go.

import { nearest } from '../../base/nearest.ts';
import { type Finding, finding } from './finding.ts';
import type { Variable } from './parse.ts';
import { frontsOf, ROUTE_RULES, type RouteRule } from './route-rules.ts';

export type Variables = ReadonlyMap<string, Variable>;

export interface LiveExpectations {
  /** Prefixes of the two routes: CTP_PRIMARY, CTP_BACKUP. */
  readonly primary: string;
  readonly backup: string;
  /** A simulated environment needs no credentials; what is there must still be right. */
  readonly wantsCredentials: boolean;
  /** Two sessions on one account are never open at once. */
  readonly stopsFirst: boolean;
}

export function checkLiveVariables(variables: Variables, expected: LiveExpectations): readonly Finding[] {
  return [
    ...checkRoute(variables, expected.primary, expected.wantsCredentials),
    ...checkRoute(variables, expected.backup, expected.wantsCredentials),
    ...checkIndependence(variables, expected),
    ...(expected.wantsCredentials ? checkCompanions(variables) : []),
  ];
}

/** The files that secrets are named to be in: name of the variable → path. */
export function namedSecretFiles(variables: Variables): ReadonlyMap<string, string> {
  return new Map(
    [...variables].flatMap(([name, { value }]) => (name.endsWith('_FILE') && value !== '' ? [[name, value]] : [])),
  );
}

function* checkRoute(variables: Variables, prefix: string, isWanted: boolean): Generator<Finding> {
  for (const rule of ROUTE_RULES) yield* checkRule(variables, prefix, rule, isWanted);
  const known = ROUTE_RULES.flatMap((rule) =>
    rule.names.flatMap((name) => (rule.secret ? [name, `${name}_FILE`] : [name])),
  );
  for (const [name, { line }] of variables) {
    if (!name.startsWith(`${prefix}_`) || known.includes(name.slice(prefix.length + 1))) continue;
    const near = nearest(name.slice(prefix.length + 1), known);
    const advice = near === undefined ? 'remove it, or correct its name' : `did you mean ${prefix}_${near}?`;
    yield finding('warning', name, line, 'is read by nothing', advice);
  }
}

function* checkRule(variables: Variables, prefix: string, rule: RouteRule, isWanted: boolean): Generator<Finding> {
  const names = rule.names.map((name) => `${prefix}_${name}`);
  const [first = ''] = names;
  const given = names.flatMap((name) => {
    const found = variables.get(name);
    return found === undefined ? [] : [{ name, ...found }];
  });
  const asFile = rule.secret && names.some((name) => (variables.get(`${name}_FILE`)?.value ?? '') !== '');
  const [used, second] = given;
  if (second !== undefined && used !== undefined) {
    yield finding('error', second.name, second.line, `means the same as ${used.name}`, 'keep one of them');
  }
  if (used !== undefined && asFile) {
    yield finding('error', used.name, used.line, `is given twice, also as ${used.name}_FILE`, 'keep the file');
  }
  if (used === undefined || used.value === '') {
    if (rule.required && isWanted && !asFile) {
      yield finding(
        'error',
        used?.name ?? first,
        used?.line ?? null,
        used === undefined ? 'is missing' : 'is empty',
        rule.advice,
      );
    }
    return;
  }
  if (used.value !== used.value.trim()) {
    yield finding('error', used.name, used.line, 'begins or ends with a space', 'remove it');
  }
  const verdict = rule.judge(used.value);
  if (verdict !== null) yield finding(verdict.severity, used.name, used.line, verdict.problem, verdict.advice);
}

/** A back-up that shares what breaks is none. */
function* checkIndependence(variables: Variables, expected: LiveExpectations): Generator<Finding> {
  for (const names of [ROUTE_RULES[0]?.names ?? [], ROUTE_RULES[1]?.names ?? []]) {
    const primary = read(variables, expected.primary, names);
    const backup = read(variables, expected.backup, names);
    if (primary === null || backup === null) continue;
    const shared = frontsOf(backup.value).find((front) => front !== '' && frontsOf(primary.value).includes(front));
    if (shared === undefined) continue;
    const advice = 'give the backup a front of its own: one that fails with the primary is no backup';
    yield finding('error', backup.name, backup.line, `is the same front as ${primary.name}`, advice);
  }
  const users = [expected.primary, expected.backup].map((prefix) =>
    read(variables, prefix, ['USER_ID', 'INVESTOR_ID', 'USERNAME']),
  );
  const brokers = [expected.primary, expected.backup].map((prefix) => read(variables, prefix, ['BROKER_ID']));
  const [user, other] = users;
  const isSame = user?.value === other?.value && brokers[0]?.value === brokers[1]?.value;
  if (user && other && isSame && !expected.stopsFirst) {
    const advice = 'use another account, or set failover.strategy to stop-first if the broker allows one session only';
    yield finding('warning', other.name, other.line, `is the account of ${user.name}`, advice);
  }
}

const COMPANIONS: readonly (readonly [name: string, advice: string])[] = [
  ['NATS_URL', 'set the message bus of the environment, such as nats://127.0.0.1:4222'],
  ['PUSHGATEWAY_URL', 'set where runs push their metrics, such as http://127.0.0.1:9091'],
];

function* checkCompanions(variables: Variables): Generator<Finding> {
  for (const [name, advice] of COMPANIONS) {
    const found = variables.get(name);
    if (found === undefined) yield finding('error', name, null, 'is missing', advice);
    else if (found.value === '') yield finding('error', name, found.line, 'is empty', advice);
  }
}

function read(variables: Variables, prefix: string, names: readonly string[]): (Variable & { name: string }) | null {
  for (const name of names) {
    const found = variables.get(`${prefix}_${name}`);
    if (found !== undefined && found.value !== '') return { name: `${prefix}_${name}`, ...found };
  }
  return null;
}
