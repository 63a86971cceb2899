// Runs mutants through promtool, many in one call, on every core given.

import { join } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { graphRules } from '../../domain/rules/dependents.ts';
import { makeMutants } from '../../domain/rules/mutate/make-mutants.ts';
import type { Mutant } from '../../domain/rules/mutate/mutant.ts';
import { assertedNames, type BatchTools, makeBatch } from '../../domain/rules/mutate/mutant-batch.ts';
import { readVerdict } from '../../domain/rules/mutate/read-verdicts.ts';
import { type JudgedMutant, missingTest, type Verdict } from '../../domain/rules/mutate/score.ts';
import { parsePromDuration } from '../../domain/rules/prom-duration.ts';
import { loadPromql } from '../../domain/rules/promql.ts';
import type { UnitTestFile } from '../../domain/rules/unit-test-file.ts';
import { callTool, inParallel } from './promtool.ts';
import type { RuleSet, RulesContext } from './rule-set.ts';

interface Task {
  readonly tests: UnitTestFile;
  readonly mutants: readonly Mutant[];
}

export interface MutationOptions {
  readonly jobs: number;
  /** Mutants in one promtool call; 1 for comparison with the plain way. */
  readonly batchSize: number;
  /** Called with the share of mutants already judged. */
  readonly onProgress?: (done: number, total: number) => void;
}

const DEFAULT_STEP_MS = 15_000;

/** A directory of temporary files that is gone when the work ends, however it ends. */
export async function inScratch<R>(ctx: RulesContext, work: (directory: string) => Promise<R>): Promise<R> {
  const directory = join(ctx.config.paths.stateDir, 'scratch', ctx.random.hex(6));
  await ctx.files.makeDirectory(directory);
  try {
    return await work(directory);
  } finally {
    await ctx.files.remove(directory);
  }
}

export async function judgeMutants(ctx: RulesContext, set: RuleSet, options: MutationOptions): Promise<JudgedMutant[]> {
  const parse = await loadPromql();
  const tools: BatchTools = { graph: graphRules(set.all, parse), parse };
  const mutants = makeMutants(
    set.rules,
    parse,
    parsePromDuration(set.scrape?.evaluationInterval ?? '') ?? DEFAULT_STEP_MS,
  );
  const verdicts = new Map<Mutant, Verdict>();
  const waiting = planFiles(set.tests, mutants, tools);
  await inScratch(ctx, async (directory) => {
    // Round after round, each survivor meets the next test file that speaks of it.
    while (waiting.size > 0) {
      // Longest first: otherwise one core waits while the other ends the longest alone.
      const tasks = nextTasks(waiting, options.batchSize).sort((left, right) => costOf(right) - costOf(left));
      const judged = await inParallel(tasks, options.jobs, (task) => runTask(ctx, task, tools, directory));
      for (const [mutant, verdict] of judged.flat()) {
        verdicts.set(mutant, verdict);
        const files = waiting.get(mutant);
        if (verdict !== 'survived' || files === undefined || files.length === 0) waiting.delete(mutant);
      }
      options.onProgress?.(mutants.length - waiting.size, mutants.length);
    }
  });
  return mutants.map((mutant) => conclude(mutant, verdicts.get(mutant) ?? 'untested', set));
}

/** Mutant → the test files that assert something about it or about what stands on it. */
function planFiles(
  tests: readonly UnitTestFile[],
  mutants: readonly Mutant[],
  tools: BatchTools,
): Map<Mutant, UnitTestFile[]> {
  const asserted = tests.flatMap(firstAndRest).map((file) => ({ file, names: assertedNames(file, tools.parse) }));
  const plan = new Map<Mutant, UnitTestFile[]>();
  for (const mutant of mutants) {
    const names = tools.graph.affectedBy(mutant.original).map(({ name }) => name);
    const files = asserted.filter((one) => names.some((name) => one.names.has(name))).map(({ file }) => file);
    if (files.length > 0) plan.set(mutant, files);
  }
  return plan;
}

/** The first test of a file shows how the alert fires and catches most mutants: the others meet only what is left. */
function firstAndRest(file: UnitTestFile): UnitTestFile[] {
  const [first, ...rest] = file.tests;
  if (first === undefined || rest.length === 0) return [file];
  return [
    { ...file, tests: [first] },
    { ...file, tests: rest },
  ];
}

function nextTasks(waiting: ReadonlyMap<Mutant, UnitTestFile[]>, batchSize: number): Task[] {
  const byFile = new Map<UnitTestFile, Mutant[]>();
  for (const [mutant, files] of waiting) {
    const file = files.shift();
    if (file !== undefined) byFile.set(file, [...(byFile.get(file) ?? []), mutant]);
  }
  return [...byFile].flatMap(([tests, mutants]) => {
    const tasks: Task[] = [];
    for (let at = 0; at < mutants.length; at += batchSize)
      tasks.push({ tests, mutants: mutants.slice(at, at + batchSize) });
    return tasks;
  });
}

/** Evaluations that promtool has to make: steps up to the last assertion of each test, times rules. */
function costOf({ tests, mutants }: Task): number {
  const intervalMs = parsePromDuration(tests.evaluationInterval) ?? DEFAULT_STEP_MS;
  const steps = tests.tests.map(({ alertTests }) =>
    Math.max(0, ...alertTests.map(({ evalTime }) => (parsePromDuration(evalTime) ?? 0) / intervalMs)),
  );
  return steps.reduce((sum, count) => sum + count, 0) * (mutants.length + 10);
}

async function runTask(
  ctx: RulesContext,
  { tests, mutants }: Task,
  tools: BatchTools,
  directory: string,
): Promise<[Mutant, Verdict][]> {
  const verdicts = new Map<Mutant, Verdict>();
  let left = mutants;
  while (left.length > 0) {
    const { killed, aborted } = await runBatch(ctx, { tests, mutants: left }, tools, directory);
    const ended = left.filter(({ id }) => aborted.has(id));
    for (const mutant of ended) verdicts.set(mutant, aborted.get(mutant.id) === 'does not load' ? 'invalid' : 'killed');
    left = left.filter((mutant) => !ended.includes(mutant));
    // Those that ended the run hid what the others would have shown.
    if (ended.length > 0) continue;
    for (const mutant of left) verdicts.set(mutant, killed.has(mutant.id) ? 'killed' : 'survived');
    break;
  }
  return [...verdicts];
}

async function runBatch(
  ctx: RulesContext,
  task: Task,
  tools: BatchTools,
  directory: string,
): Promise<ReturnType<typeof readVerdict>> {
  const folder = join(directory, ctx.random.hex(6));
  const batch = makeBatch(task.tests, task.mutants, tools);
  await ctx.files.makeDirectory(folder);
  await ctx.files.replace(join(folder, 'rules.yml'), batch.rulesText, { durable: false });
  await ctx.files.replace(join(folder, 'tests.yml'), batch.testsText, { durable: false });
  const { exitCode, output } = await callTool(ctx, ['promtool', 'test', 'rules', 'tests.yml'], folder);
  const verdict = readVerdict(exitCode, output);
  if (verdict.broken !== null) {
    throw new Fault('mutants not judged', `Cannot judge mutants by ${task.tests.file}: ${verdict.broken}`, {
      exit: EXIT.unknown,
      hint: 'run "mdops rules test" first: the tests must pass on the rules as they are',
    });
  }
  return verdict;
}

function conclude(mutant: Mutant, verdict: Verdict, { equivalents }: RuleSet): JudgedMutant {
  if (verdict === 'killed' || verdict === 'invalid') return { mutant, verdict, note: '' };
  const known = equivalents.find(({ rule, what }) => rule === mutant.original.name && what === mutant.what);
  if (known !== undefined) return { mutant, verdict: 'equivalent', note: known.proof };
  return { mutant, verdict, note: missingTest(mutant) };
}
