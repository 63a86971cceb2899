// The state of one smoke: its cases, how far each has come, and what is pushed for it now.

import type { Diagnosis } from '../../domain/alert-smoke/diagnose.ts';
import type { Stage } from '../../domain/alert-smoke/exposition.ts';
import type { SmokeCase } from '../../domain/alert-smoke/smoke-case.ts';
import type { Track } from '../../domain/alert-smoke/track.ts';
import type { Metric } from '../../domain/platform/platform.ts';
import type { MetricType } from '../../domain/rules/catalogue.ts';
import type { Context } from '../../run/context.ts';
import type { StackAddresses, StackContext } from '../stack/stack-context.ts';

export type SmokeContext = StackContext & Pick<Context, 'log' | 'metrics' | 'run'>;

/** Kind of integration → what Alertmanager has sent, and what failed. */
export type DeliveryCounts = ReadonlyMap<string, { readonly sent: number; readonly failed: number }>;

export interface Probe {
  readonly smoke: SmokeCase;
  readonly track: Track;
  stage: Stage;
  stageSinceMs: number;
  /** When the leg it is in must be over. */
  deadlineMs: number;
  leg: 'waiting' | 'fire' | 'resolve' | 'done';
  failure: Diagnosis | null;
  /** Why it was not tried; null when it was. */
  skipped: string | null;
}

export interface SmokeRun {
  readonly addresses: StackAddresses;
  readonly factor: number;
  readonly probes: readonly Probe[];
  readonly types: ReadonlyMap<string, MetricType>;
  /** Of the platform, with the buckets of histograms. */
  readonly metrics: ReadonlyMap<string, Metric>;
  readonly pollMs: number;
  /** Beyond the theoretical minimum, before a leg is given up. */
  readonly graceMs: number;
  /** The rules of an ephemeral stack can be changed: the end of an alert that always fires can be seen. */
  readonly removeRule: ((alert: string) => Promise<void>) | null;
  /** Alerts of the rules that the catalogue does not promise one by one: those of objectives. */
  readonly untried: readonly string[];
  /** Receiver → the kinds it delivers by. */
  readonly integrations: ReadonlyMap<string, readonly string[]>;
  /** Alertmanager's counters when the smoke began; null while they have not been read. */
  baseline: DeliveryCounts | null;
  pushError: string | null;
  /** Paths of the groups that hold something now. */
  groups: readonly string[];
  seenId: number;
}

export function enterStage(probe: Probe, stage: Stage, nowMs: number): void {
  probe.stage = stage;
  probe.stageSinceMs = nowMs;
}
