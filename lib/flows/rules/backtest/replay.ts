// Replays one alert rule over recorded history.

import { type AlertFollower, followAlert, type Labels } from '../../../domain/rules/backtest/follow-alert.ts';
import { type Grid, instantOf, withWarmUp } from '../../../domain/rules/backtest/grid.ts';
import { identityOf, keyOf } from '../../../domain/rules/backtest/identity.ts';
import { inlineRecordings } from '../../../domain/rules/backtest/inline-recordings.ts';
import { endOf, type Replay, STEP } from '../../../domain/rules/backtest/judge.ts';
import { isSatisfied, metricsOf, type Needed, neededInputs } from '../../../domain/rules/backtest/needed-inputs.ts';
import { parsePromDuration } from '../../../domain/rules/prom-duration.ts';
import type { ParsePromql } from '../../../domain/rules/promql.ts';
import type { Rule } from '../../../domain/rules/rule.ts';
import { type HistoryContext, type Piece, readHistory } from './history.ts';
import type { Presence } from './presence.ts';

export interface ReplayTools {
  readonly base: string;
  readonly parse: ParsePromql;
  readonly presence: Presence;
  readonly maxSeries: number;
  readonly recordings: ReadonlyMap<string, readonly Rule[]>;
  readonly fromHistory: ReadonlySet<string>;
}

// A server that writes anything writes this for every target.
const HEARTBEAT = { kind: 'metric', metric: 'up', offset: '' } as const;

export async function replayRule(ctx: HistoryContext, rule: Rule, grid: Grid, tools: ReplayTools): Promise<Replay> {
  const { parse, recordings, fromHistory } = tools;
  const written = inlineRecordings(rule.expr, { parse, recordings, fromHistory, intervalMs: grid.stepMs });
  const needed = neededInputs(parse(written.expr));
  const timing = { forMs: durationOf(rule.for), keepFiringForMs: durationOf(rule.keepFiringFor) };
  const { grid: longer, warmUp } = withWarmUp(grid, timing.forMs + timing.keepFiringForMs);
  const inputs = await tools.presence.of(grid, needed);
  const heartbeat = await tools.presence.of(grid, HEARTBEAT);
  // A history without one heartbeat (written by a tool) cannot tell a dead server from a quiet one.
  const knowsServer = heartbeat.everRecorded(HEARTBEAT);
  const states = new Uint8Array(grid.count);
  const failures = new Set<string>();
  const follower = followAlert(timing);
  const sightings = createSightings(rule, tools.maxSeries);

  await readHistory(ctx, tools.base, {
    query: written.expr,
    grid: longer,
    onPiece: (piece) => {
      const present = sightings.read(piece);
      for (let step = piece.first; step <= piece.last; step += 1) {
        const at = step - warmUp;
        if (at >= 0 && knowsServer && !isSatisfied(HEARTBEAT, (query) => heartbeat.has(query, at))) {
          follower.forget(instantOf(longer, step));
          states[at] = STEP.gap;
          continue;
        }
        const state = evaluateStep(follower, instantOf(longer, step), piece, present.get(step), failures);
        if (at >= 0) states[at] = state ?? blankOf(needed, (query) => inputs.has(query, at));
      }
    },
  });
  return {
    rule,
    grid,
    states,
    episodes: follower.finish(endOf(grid)).flatMap((episode) => {
      if (episode.endsAtMs <= grid.fromMs) return [];
      const at = Math.round((episode.endsAtMs - grid.fromMs) / grid.stepMs);
      // It ended because its series did: how long it would have lasted, nobody knows.
      const isLost = episode.endedBy === 'resolved' && states[at] === STEP.gap;
      return isLost ? { ...episode, endedBy: 'gap' as const } : episode;
    }),
    failures: [...failures],
    cutSeries: sightings.cut(),
    expr: written.expr,
    inlined: written.inlined,
    read: written.read,
    neverRecorded: metricsOf(needed)
      .filter((one) => !inputs.everRecorded(one))
      .map(({ metric }) => metric),
  };
}

interface Present {
  readonly alerts: ReadonlyMap<string, Labels>;
  readonly isTwice: boolean;
}

const NOBODY: Present = { alerts: new Map(), isTwice: false };
const TWICE = 'two series have the same labels once the rule has set its own';

/** Null while nothing holds: what that means depends on what was recorded. */
function evaluateStep(
  follower: AlertFollower,
  atMs: number,
  { failure }: Piece,
  { alerts, isTwice }: Present = NOBODY,
  failures: Set<string>,
): number | null {
  const reason = failure ?? (isTwice ? TWICE : null);
  if (reason !== null) {
    failures.add(reason);
    follower.keep();
    return STEP.failed;
  }
  const state = follower.evaluate(atMs, alerts);
  return state === 'quiet' ? null : STEP[state];
}

function blankOf(needed: Needed, has: (query: string) => boolean): number {
  return isSatisfied(needed, has) ? STEP.quiet : STEP.gap;
}

/** Which alerts the condition holds for, step by step, and how many were too many to follow. */
function createSightings(rule: Rule, most: number) {
  const identity = identityOf(rule.name, rule.labels);
  const known = new Set<string>();
  const cut = new Set<string>();
  return {
    cut: () => cut.size,
    read: ({ series }: Piece): ReadonlyMap<number, Present> => {
      const present = new Map<number, { alerts: Map<string, Labels>; isTwice: boolean }>();
      for (const { labels, steps, values } of series) {
        let alert = identity.labelsOf(labels, values[0] ?? Number.NaN);
        let key = keyOf(alert);
        for (const [index, step] of steps.entries()) {
          if (identity.changesWithValue) {
            alert = identity.labelsOf(labels, values[index]!);
            key = keyOf(alert);
          }
          if (!known.has(key)) {
            if (known.size >= most) {
              cut.add(keyOf(labels));
              continue;
            }
            known.add(key);
          }
          const here = present.get(step) ?? { alerts: new Map<string, Labels>(), isTwice: false };
          present.set(step, here);
          if (here.alerts.has(key)) here.isTwice = true;
          here.alerts.set(key, alert);
        }
      }
      return present;
    },
  };
}

export function durationOf(text: string | undefined): number {
  return parsePromDuration(text ?? '0s') ?? 0;
}
