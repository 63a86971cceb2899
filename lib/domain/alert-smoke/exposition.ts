// What the smoke pushes: every series of every case, each in its own stage, in groups by job and target.

import type { Metric } from '../platform/platform.ts';
import type { MetricType } from '../rules/catalogue.ts';
import type { StimulusValue } from '../rules/stimulus.ts';
import { type PlayedSample, playSeries } from './played-series.ts';
import type { SmokeCase } from './smoke-case.ts';

export type Stage = 'quiet' | 'fire' | 'recover' | 'gone';

export interface Staged {
  readonly smoke: SmokeCase;
  readonly stage: Stage;
  /** When the stage began. */
  readonly sinceMs: number;
}

export interface Pace {
  readonly factor: number;
  /** A step of a counter has to be scraped before the next one comes. */
  readonly stepMs: number;
}

/** Where a push goes. Its labels are the gateway's: series that differ in them need groups of their own. */
export interface PushGroup {
  readonly job: string;
  readonly target: string;
  readonly body: string;
}

export const SYNTHETIC_JOB = 'alert-smoke';
export const SYNTHETIC_TARGET = 'synthetic';

export function renderExposition(
  staged: readonly Staged[],
  metrics: ReadonlyMap<string, Metric>,
  types: ReadonlyMap<string, MetricType>,
  pace: Pace,
  nowMs: number,
): PushGroup[] {
  const groups = new Map<string, { job: string; target: string; byMetric: Map<string, string[]> }>();
  for (const one of staged) {
    for (const { metric, labels, value } of samplesOf(one, metrics, pace, nowMs)) {
      const { job = SYNTHETIC_JOB, target = SYNTHETIC_TARGET, ...rest } = labels;
      const key = JSON.stringify([job, target]);
      const group = groups.get(key) ?? { job, target, byMetric: new Map<string, string[]>() };
      groups.set(key, group);
      const all = { ...rest, nonce: one.smoke.nonce ?? 'baseline' };
      const line = `${metric}{${Object.entries(all).map(printLabel).join(',')}} ${value}`;
      group.byMetric.set(metric, [...(group.byMetric.get(metric) ?? []), line]);
    }
  }
  // A type that differs from that of the real series would make the gateway refuse the push.
  return [...groups.values()].map(({ job, target, byMetric }) => ({
    job,
    target,
    body: [...byMetric]
      .map(([metric, lines]) => `# TYPE ${metric} ${types.get(metric) ?? 'untyped'}\n${lines.join('\n')}\n`)
      .join(''),
  }));
}

function samplesOf(one: Staged, metrics: ReadonlyMap<string, Metric>, pace: Pace, nowMs: number): PlayedSample[] {
  const { stimulus, counted } = one.smoke;
  if (stimulus.kind === 'played' && one.stage !== 'gone') {
    const clock = { elapsedMs: nowMs - one.sinceMs, nowMs, factor: pace.factor };
    return playSeries(one.stage === 'fire' ? stimulus.fire : stimulus.quiet, { metrics, counted }, clock);
  }
  const value = stimulus.kind === 'series' ? currentValue(one, pace, nowMs) : null;
  if (stimulus.kind !== 'series' || value === null) return [];
  return [{ metric: stimulus.metric, labels: stimulus.labels, value }];
}

/** True while the pushed value changes by itself. */
export function isMoving({ smoke: { stimulus }, stage }: Staged): boolean {
  if (stage === 'gone') return false;
  if (stimulus.kind === 'played') {
    return (stage === 'fire' ? stimulus.fire : stimulus.quiet).some(({ value }) => value.kind !== 'constant');
  }
  if (stimulus.kind !== 'series') return false;
  const value = stage === 'fire' ? stimulus.fire : stimulus.quiet;
  return value.kind === 'grow' || value.kind === 'steps';
}

function currentValue({ smoke, stage, sinceMs }: Staged, pace: Pace, nowMs: number): number | null {
  const { stimulus } = smoke;
  if (stimulus.kind !== 'series' || stage === 'gone') return null;
  // A counter does not fall: what fired it leaves the window by itself.
  const isHeld = stage === 'recover' && stimulus.fire.kind === 'steps';
  const value = stage === 'fire' || isHeld ? stimulus.fire : stimulus.quiet;
  return evaluate(value, pace, nowMs, nowMs - sinceMs);
}

function evaluate(value: StimulusValue, pace: Pace, nowMs: number, elapsedMs: number): number | null {
  switch (value.kind) {
    case 'value':
      return value.value;
    case 'seconds-ago':
      return nowMs / 1_000 - value.seconds;
    case 'steps':
      return value.steps[Math.min(value.steps.length - 1, Math.floor(elapsedMs / pace.stepMs))]!;
    case 'grow':
      return Math.round((value.by * elapsedMs * pace.factor) / value.withinMs);
    case 'absent':
      return null;
  }
}

function printLabel([name, value]: [string, string]): string {
  return `${name}="${value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}
