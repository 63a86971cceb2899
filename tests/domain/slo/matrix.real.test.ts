// Real promtool: every objective, window and burn alert fires at the promised moment and is silent just below.

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { printPromDuration } from '../../../lib/domain/rules/prom-duration.ts';
import { BURN_PAIRS, parseObjective } from '../../../lib/domain/slo/burn.ts';
import { alertNameOf, compileSlo, firingAlerts } from '../../../lib/domain/slo/compile.ts';
import { type BurnCase, firingTest, marginTest, silentTest, stepMsOf } from '../../../lib/domain/slo/make-tests.ts';
import type { Slo } from '../../../lib/domain/slo/slo.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const run = promisify(execFile);
const directory = temporaryDirectories('slo');
const DAY = 86_400_000;
const OBJECTIVES = [90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.999];
const WINDOWS = [7, 28, 30, 90];
const NO_PLAN = { isOff: false, labels: {}, annotations: {} };

function objective(percent: number, days: number): Slo {
  const name = `o${percent}-${days}d`.replace('.', '_');
  const [bad, total] = [`bad_total{slo_under_test="${name}"}`, `events_total{slo_under_test="${name}"}`];
  return {
    name,
    service: 'matrix',
    description: '',
    objectivePercent: parseObjective(percent)!,
    windowMs: days * DAY,
    indicator: {
      kind: 'events',
      bad: `sum(rate(${bad}[{{.window}}]))`,
      total: `sum(rate(${total}[{{.window}}]))`,
      samples: [
        { series: bad, counts: 'bad' },
        { series: total, counts: 'all' },
      ],
    },
    labels: {},
    alertName: `M_${name.toUpperCase().replace('-', '_')}`,
    annotations: {},
    urgencies: { page: NO_PLAN, ticket: NO_PLAN },
    leastBadEvents: null,
  };
}

const MATRIX = OBJECTIVES.flatMap((percent) => WINDOWS.map((days) => objective(percent, days)));

describe.each(BURN_PAIRS.map((pair) => printPromDuration(pair.longMs)))('alerts that look back %s', (long) => {
  test.concurrent('fire and reset when promised, fire one per cent above the threshold, are silent one per cent below', async () => {
    const cases = MATRIX.flatMap((slo): BurnCase[] =>
      firingAlerts(slo)
        .filter(({ longMs }) => printPromDuration(longMs) === long)
        .map((alert) => ({ slo, alert })),
    );
    expect(cases.length).toBeGreaterThan(20);
    const here = directory();
    writeFileSync(join(here, 'rules.json'), JSON.stringify({ groups: cases.map(rulesOf) }));
    writeFileSync(
      join(here, 'test.json'),
      JSON.stringify({
        rule_files: ['rules.json'],
        evaluation_interval: printPromDuration(stepMsOf(cases[0]!.alert)),
        tests: [firingTest(cases), marginTest(cases), silentTest(cases)],
      }),
    );
    const { stdout } = await run('promtool', ['test', 'rules', 'test.json'], { cwd: here, maxBuffer: 1 << 26 }).catch(
      (error: { stdout: string; stderr: string }) => ({ stdout: `${error.stdout}${error.stderr}`.slice(0, 4_000) }),
    );
    expect(stdout).toContain('SUCCESS');
    expect(stdout).not.toContain('FAILED');
  });
});

/** Only what this alert reads: the others are tested in their own batch. */
function rulesOf({ slo, alert }: BurnCase) {
  const name = alertNameOf(slo, alert);
  const read = [alert.shortMs, alert.longMs].map((ms) => `slo:sli_error:ratio_rate${printPromDuration(ms)}`);
  const rules = compileSlo(slo)
    .flatMap((group) => group.rules)
    .filter((rule) => ('alert' in rule ? rule.alert === name : read.includes(rule.record)));
  return { name, rules };
}
