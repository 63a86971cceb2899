// `rules backtest`: when alert rules would have fired over recorded history, and what another version changes.

import { join, relative, resolve } from 'node:path';
import { EXIT, type ExitCode } from '../../../base/exit-codes.ts';
import { Fault } from '../../../base/fault.ts';
import { compareReplays } from '../../../domain/rules/backtest/compare.ts';
import { type Grid, gridOf } from '../../../domain/rules/backtest/grid.ts';
import { recordingsBelow } from '../../../domain/rules/backtest/inline-recordings.ts';
import { judge, type Replay } from '../../../domain/rules/backtest/judge.ts';
import { parsePromDuration } from '../../../domain/rules/prom-duration.ts';
import { loadPromql, type ParsePromql } from '../../../domain/rules/promql.ts';
import type { Rule } from '../../../domain/rules/rule.ts';
import type { Outcome } from '../../../run/command.ts';
import type { Context } from '../../../run/context.ts';
import type { Invocation } from '../../../run/invocation.ts';
import { platformDirectory } from '../platforms.ts';
import { inParallel } from '../promtool.ts';
import { loadRuleSet, type RuleSet, type RulesContext, requireSound } from '../rule-set.ts';
import { createPresence, type Presence } from './presence.ts';
import { replayRule } from './replay.ts';
import { reportOf, summarize, viewOf } from './show.ts';

type BacktestContext = RulesContext & Pick<Context, 'http'>;

/** What both versions share. */
interface Task {
  readonly base: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Instead of the interval of each rule. */
  readonly stepMs: number | undefined;
  readonly parse: ParsePromql;
  readonly presence: Presence;
  readonly invocation: Invocation;
}

const WEEK_MS = 7 * 86_400_000;
const MOST_SERIES = 1_000;
// A day at 100 ms: what comes is held as a byte a step.
const MOST_STEPS = 1_000_000;
// Prometheus's own default.
const INTERVAL_MS = 60_000;

export async function backtestRules(ctx: BacktestContext, invocation: Invocation): Promise<Outcome> {
  const base = addressOf(ctx);
  const { fromMs, toMs } = rangeOf(ctx, invocation);
  const parse = await loadPromql();
  const stepMs = invocation.number('step');
  const presence = createPresence(ctx, base);
  const task: Task = { base, fromMs, toMs, stepMs, parse, presence, invocation };
  const paths = invocation.args.length > 0 ? invocation.args : [await platformDirectory(ctx, ctx.config.platform)];
  const full = paths.map((path) => resolve(ctx.environment.cwd, path));
  const after = await replaySets(ctx, full, task);
  const against = invocation.text('against');
  const before = against === undefined ? null : await replaySets(ctx, await counterparts(ctx, against, full), task);
  const changes = before === null ? null : compareReplays(before, after);
  const judged = after.map((replay) => ({ replay, judgement: judge(replay) }));
  const facts = { base, fromMs, toMs, zone: ctx.config.timezone, judged, changes };
  const differs = changes?.some((change) => change.presence !== 'both' || change.episodes.length > 0) ?? false;
  return {
    exit: exitOf([...after, ...(before ?? [])], differs),
    summary: summarize(facts),
    report: reportOf(facts),
    view: (paint, columns) => viewOf(facts, paint, columns),
  };
}

function addressOf({ config }: Pick<Context, 'config'>): string {
  const { url } = config.remotes.prometheus;
  if (url !== undefined) return url.replace(/\/+$/, '');
  throw new Fault('prometheus not known', 'Cannot look into the history: Prometheus has no address', {
    exit: EXIT.usage,
    hint: 'give --prometheus-url or set PROMETHEUS_URL',
  });
}

function rangeOf({ clock }: Pick<Context, 'clock'>, invocation: Invocation): { fromMs: number; toMs: number } {
  const to = invocation.text('to');
  const from = invocation.text('from');
  // Whole minutes: the same command twice in a minute asks for the same instants.
  const toMs = to === undefined ? Math.floor(clock.wallMs() / 60_000) * 60_000 : instantOf(to);
  const fromMs = from === undefined ? toMs - (invocation.number('last') ?? WEEK_MS) : instantOf(from);
  if (fromMs < toMs) return { fromMs, toMs };
  throw new Fault('range empty', 'Cannot look into the history: --from is not before --to', {
    exit: EXIT.usage,
    hint: 'times without a zone are UTC; write 2026-01-05T09:00:00+08:00',
  });
}

function instantOf(text: string): number {
  return Date.parse(/([Zz]|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
}

async function replaySets(ctx: BacktestContext, paths: readonly string[], task: Task): Promise<Replay[]> {
  const replays: Replay[] = [];
  for (const path of paths)
    replays.push(...(await replaySet(ctx, await loadRuleSet(ctx, path, task.invocation), task)));
  if (replays.length > 0) return replays;
  const wanted = task.invocation.texts('alert');
  throw new Fault('no alerts to replay', `Cannot replay ${wanted.join(', ') || 'alerts'}: no rule has such a name`, {
    exit: EXIT.usage,
    hint: 'run "mdops rules index" to see the alerts',
  });
}

async function replaySet(ctx: BacktestContext, set: RuleSet, task: Task): Promise<Replay[]> {
  requireSound([set], 'replay');
  const { parse, invocation, presence } = task;
  const recordings = groupByName(set.all.filter(({ kind }) => kind === 'record'));
  const wanted = invocation.texts('alert');
  const alerts = [...set.rules, ...set.compiled].filter(
    ({ kind, name }) => kind === 'alert' && (wanted.length === 0 || wanted.includes(name)),
  );
  let done = 0;
  return inParallel(alerts, invocation.number('jobs') ?? 2, async (rule) => {
    ctx.progress.update(`replaying ${rule.name}, ${done} of ${alerts.length} alerts of ${set.name} done`);
    const grid = gridFor(rule, set, task);
    const names = invocation.on('recorded') ? recordingsBelow(rule.expr, recordings, parse) : [];
    const fromHistory = await recordedThroughout(names, grid, presence);
    const maxSeries = invocation.number('max-series') ?? MOST_SERIES;
    const replay = await replayRule(ctx, rule, grid, {
      base: task.base,
      parse,
      presence,
      maxSeries,
      recordings,
      fromHistory,
    });
    done += 1;
    return replay;
  });
}

function gridFor({ interval, name }: Rule, { scrape }: RuleSet, { fromMs, toMs, stepMs }: Task): Grid {
  const own = parsePromDuration(interval ?? scrape?.evaluationInterval ?? '');
  const grid = gridOf(fromMs, toMs, stepMs ?? own ?? INTERVAL_MS);
  if (grid.count <= MOST_STEPS) return grid;
  throw new Fault(
    'range too long',
    `Cannot replay ${name}: ${grid.count} evaluations, at most ${MOST_STEPS} are held`,
    {
      exit: EXIT.usage,
      hint: 'give a shorter range, or a longer --step',
    },
  );
}

/** Those that the history has at every step: what is missing in part would look like silence. */
async function recordedThroughout(names: readonly string[], grid: Grid, presence: Presence): Promise<Set<string>> {
  const found = new Set<string>();
  for (const metric of names) {
    const needed = { kind: 'metric', metric, offset: '' } as const;
    if ((await presence.of(grid, needed)).throughout(needed)) found.add(metric);
  }
  return found;
}

function groupByName(rules: readonly Rule[]): Map<string, Rule[]> {
  const groups = new Map<string, Rule[]>();
  for (const rule of rules) groups.set(rule.name, [...(groups.get(rule.name) ?? []), rule]);
  return groups;
}

/** The other version of each path: the file or directory itself, or the same path in another checkout. */
async function counterparts(ctx: BacktestContext, against: string, paths: readonly string[]): Promise<string[]> {
  const { cwd } = ctx.environment;
  const root = resolve(cwd, against);
  if ((await ctx.files.info(root, { follow: true }))?.kind !== 'directory') return [root];
  const found: string[] = [];
  for (const path of paths) {
    const inner = relative(cwd, path);
    if (inner === '' || inner.startsWith('..')) continue;
    const same = join(root, inner);
    if ((await ctx.files.info(same)) !== null) found.push(same);
  }
  return found.length > 0 ? found : [root];
}

/** What could not be looked at is never good news; a difference is for people to look at. */
function exitOf(replays: readonly Replay[], differs: boolean): ExitCode {
  const verdicts = replays.map((replay) => judge(replay).verdict);
  if (verdicts.some((verdict) => verdict === 'not judged' || verdict === 'no history')) return EXIT.unknown;
  return differs ? EXIT.warning : EXIT.ok;
}
