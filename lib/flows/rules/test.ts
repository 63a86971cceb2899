// `rules test`: promtool's unit tests, one readable file per alert, on both cores.

import { resolve } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { renderJunit } from '../../domain/junit.ts';
import type { Outcome } from '../../run/command.ts';
import type { Invocation } from '../../run/invocation.ts';
import { callTool, inParallel } from './promtool.ts';
import { loadRuleSets, type RuleSet, type RulesContext } from './rule-set.ts';
import { writeReport } from './write-report.ts';

interface TestedFile {
  readonly file: string;
  readonly ok: boolean;
  readonly output: string;
  readonly durationMs: number;
}

export async function testRules(ctx: RulesContext, invocation: Invocation): Promise<Outcome> {
  const sets = await loadRuleSets(ctx, invocation);
  const tested = await runUnitTests(ctx, sets, invocation.number('jobs') ?? 2);
  await writeReport(ctx, invocation, () => renderJunit([{ name: 'rules test', cases: tested.map(junitCase) }]));
  const failed = tested.filter(({ ok }) => !ok);
  const summary = `${tested.length} test files: ${failed.length === 0 ? 'all pass' : `${failed.length} fail`}`;
  return {
    exit: failed.length === 0 ? EXIT.ok : EXIT.critical,
    summary,
    report: {
      schema: 'mdops.rules-test/1',
      files: tested.map(({ file, ok, output, durationMs }) => ({
        file,
        ok,
        duration_ms: Math.round(durationMs),
        ...(ok ? {} : { output }),
      })),
    },
    view: (paint) => [
      ...failed.flatMap(({ file, output }) => [paint.bad(file), output.trim()]),
      failed.length === 0 ? paint.good(summary) : paint.bad(summary),
    ],
  };
}

export async function runUnitTests(ctx: RulesContext, sets: readonly RuleSet[], jobs: number): Promise<TestedFile[]> {
  const files = sets.flatMap(({ tests }) => tests.map(({ file }) => file));
  if (files.length === 0) {
    throw new Fault(
      'no unit tests',
      `Cannot test ${sets.map(({ name }) => name).join(', ')}: no unit test names these rules`,
      {
        exit: EXIT.usage,
        hint: 'put promtool unit tests into tests/ beside rules/',
      },
    );
  }
  return inParallel(files, jobs, async (file) => {
    const { exitCode, output, durationMs } = await callTool(ctx, [
      'promtool',
      'test',
      'rules',
      resolve(ctx.environment.cwd, file),
    ]);
    return { file, ok: exitCode === 0, output, durationMs };
  });
}

function junitCase({ file, ok, output, durationMs }: TestedFile): {
  name: string;
  seconds: number;
  failure?: string;
  details?: string;
} {
  const passed = { name: file, seconds: durationMs / 1_000 };
  return ok ? passed : { ...passed, failure: 'a rule does not do what its test says', details: output };
}
