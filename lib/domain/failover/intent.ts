// The intent record of a failover: written before anything is changed, removed when the pair is settled again.

import { isRouteName, type RouteName } from '../../base/feed-routes.ts';
import { isRecord, type JsonObject, own } from '../../base/json.ts';

export const STRATEGIES = ['promote-first', 'stop-first'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** `unfenced`: consumers follow the new route, but the old one could not be told to stop. */
export type IntentStage = 'moving' | 'unfenced' | 'frozen';

export interface Intent {
  readonly runId: string;
  readonly operator: string;
  readonly from: RouteName;
  readonly to: RouteName;
  /** The epoch at which this run switches; it brings the target up one below. */
  readonly epoch: number;
  readonly strategy: Strategy;
  readonly stage: IntentStage;
  /** An automatic failover that the governor has counted: to finish it, or to go back, is no other one. */
  readonly isCounted: boolean;
}

export function intentDocument(intent: Intent): JsonObject {
  const { runId, isCounted, ...rest } = intent;
  return { schema: 'mdops.failover-intent/1', run_id: runId, ...rest, counted: isCounted };
}

/** Null when it is not one of our records. */
export function parseIntent(value: unknown): Intent | null {
  if (!isRecord(value)) return null;
  const [runId, operator, from, to, epoch] = ['run_id', 'operator', 'from', 'to', 'epoch'].map((key) =>
    own(value, key),
  );
  const [strategy, stage] = ['strategy', 'stage'].map((key) => own(value, key));
  if (typeof runId !== 'string' || typeof operator !== 'string' || !isEpoch(epoch)) return null;
  if (!isRouteName(from) || !isRouteName(to) || from === to) return null;
  if (!isStrategy(strategy) || !isStage(stage)) return null;
  return { runId, operator, from, to, epoch, strategy, stage, isCounted: own(value, 'counted') === true };
}

export function isEpoch(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

export function isStrategy(value: unknown): value is Strategy {
  return value === 'promote-first' || value === 'stop-first';
}

function isStage(value: unknown): value is IntentStage {
  return value === 'moving' || value === 'unfenced' || value === 'frozen';
}
