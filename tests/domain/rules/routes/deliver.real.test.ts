// Routing decided offline is what amtool decides, for the shipped tree and for every mutant of it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inhibitedBy, receiversOf } from '../../../../lib/domain/rules/routes/deliver.ts';
import { type RouteCases, readRouteCases } from '../../../../lib/domain/rules/routes/route-cases.ts';
import { type Labels, parseMatchers, printMatcher } from '../../../../lib/domain/rules/routes/route-matcher.ts';
import { makeRouteMutants } from '../../../../lib/domain/rules/routes/route-mutants.ts';
import { type Route, type Routing, readRouting } from '../../../../lib/domain/rules/routes/routing.ts';

const directory = mkdtempSync(join(tmpdir(), 'routes-'));
afterAll(() => rmSync(directory, { recursive: true }));
let routing: Routing;
let cases: RouteCases;

beforeAll(async () => {
  routing = await readRouting('a.yml', readFileSync('config/platforms/market-data/alertmanager.yml', 'utf8'));
  cases = await readRouteCases('t.yml', readFileSync('config/platforms/market-data/routes.tests.yml', 'utf8'));
});

function printRoute(route: Route): Record<string, unknown> {
  return {
    receiver: route.receiver,
    matchers: route.matchers.map(printMatcher),
    continue: route.continue,
    routes: route.routes.map(printRoute),
  };
}

function askAmtool(file: string, labels: Labels): string[] {
  const words = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  const answer = execFileSync('amtool', ['config', 'routes', 'test', `--config.file=${file}`, ...words], {
    encoding: 'utf8',
    // Debian's amtool warns each time that the file wins over an address that nobody gave.
    stdio: 'pipe',
  });
  return [...new Set(answer.trim().split(','))].sort();
}

test('amtool agrees on every line of the table', () => {
  for (const { name, labels } of cases.routes) {
    expect(receiversOf(routing, labels).sort(), name).toEqual(
      askAmtool('config/platforms/market-data/alertmanager.yml', labels),
    );
  }
});

test('amtool agrees on every sixth mutant of the tree', () => {
  const receivers = routing.receivers.map((name) => ({ name }));
  const mutants = makeRouteMutants(routing).filter(({ where }) => where.startsWith('route'));
  const labels: Labels = { alertname: 'Watchdog', severity: 'critical', notify: 'telegram' };
  for (const [index, { routing: mutated, where, what }] of mutants.entries()) {
    if (index % 6 !== 0) continue;
    const { matchers: _none, continue: _no, ...root } = printRoute(mutated.root);
    // Alertmanager refuses matchers on the root, ours included.
    if (mutated.root.matchers.length > 0) continue;
    const file = join(directory, `${index}.yml`);
    writeFileSync(file, JSON.stringify({ route: root, receivers }));
    expect(receiversOf(mutated, labels).sort(), `${where} ${what}`).toEqual(askAmtool(file, labels));
  }
});

describe('matchers as Alertmanager writes them:', () => {
  const TEXTS: Record<string, unknown> = {
    'a="b"': [['a', '=', 'b']],
    'a=b': [['a', '=', 'b']],
    ' a =~ "x|y" ': [['a', '=~', 'x|y']],
    '{a="b",c!~"d,e"}': [
      ['a', '=', 'b'],
      ['c', '!~', 'd,e'],
    ],
    'a="say \\"hi\\""': [['a', '=', 'say "hi"']],
    'a = ': [['a', '=', '']],
    nonsense: null,
    'a=="b"c': null,
  };
  test.each(Object.entries(TEXTS))('%s', (text, wanted) => {
    const parsed = parseMatchers(text);
    expect(parsed?.map(({ label, op, value }) => [label, op, value]) ?? null).toEqual(wanted);
  });
});

describe('inhibition:', () => {
  const rules = [{ source: parseMatchers('s="1"')!, target: parseMatchers('t="1"')!, equal: ['e'] }];
  const CASES: Record<string, readonly [target: Labels, firing: Labels[], muted: number | null]> = {
    'a source mutes its target': [{ t: '1' }, [{ s: '1' }], 0],
    'labels that must be equal differ': [{ t: '1', e: 'a' }, [{ s: '1', e: 'b' }], null],
    'a label absent on both sides is equal': [{ t: '1' }, [{ s: '1', other: 'x' }], 0],
    'nothing mutes itself': [{ s: '1', t: '1' }, [{ s: '1', t: '1' }], null],
    'a one-sided source mutes a two-sided target': [{ s: '1', t: '1' }, [{ s: '1' }], 0],
    'a stranger is not muted': [{ x: '1' }, [{ s: '1' }], null],
  };
  test.each(Object.entries(CASES))('%s', (_name, [target, firing, muted]) => {
    expect(inhibitedBy({ inhibitRules: rules }, target, firing)).toBe(muted);
  });
});
