// What the smoke pushes: one group with every series of every case, each in its own stage.

import type { MetricType } from '../rules/catalogue.ts';
import type { StimulusValue } from '../rules/stimulus.ts';
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

export function renderExposition(
  staged: readonly Staged[],
  types: ReadonlyMap<string, MetricType>,
  pace: Pace,
  nowMs: number,
): string {
  const byMetric = new Map<string, string[]>();
  for (const one of staged) {
    const { stimulus } = one.smoke;
    const value = stimulus.kind === 'series' ? currentValue(one, pace, nowMs) : null;
    if (stimulus.kind !== 'series' || value === null) continue;
    const labels = { ...stimulus.labels, nonce: one.smoke.nonce ?? 'baseline' };
    const line = `${stimulus.metric}{${Object.entries(labels).map(printLabel).join(',')}} ${value}`;
    byMetric.set(stimulus.metric, [...(byMetric.get(stimulus.metric) ?? []), line]);
  }
  // A type that differs from that of the real series would make the gateway refuse the push.
  return [...byMetric]
    .map(([metric, lines]) => `# TYPE ${metric} ${types.get(metric) ?? 'untyped'}\n${lines.join('\n')}\n`)
    .join('');
}

/** True while the pushed value changes by itself. */
export function isMoving({ smoke: { stimulus }, stage }: Staged): boolean {
  if (stimulus.kind !== 'series' || stage === 'gone') return false;
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
