// Steps of a run: intent is durable before the act; done is written after it and durable with the next intent. A resumed
// run skips what was done.

import { sha256 } from '../../base/digest.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { describeError, Fault, isFault } from '../../base/fault.ts';
import { type Json, type JsonObject, stableJson } from '../../base/json.ts';
import type { Clock } from '../../effects/clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { DoneStep, EarlierSteps } from './earlier-steps.ts';
import type { PlannedStep, Step, StepKind } from './step-types.ts';

export interface Steps {
  run<T extends Json>(step: Step<T>): Promise<T>;
  /** A durable remark between steps (epochs, decisions, forced guards). */
  note(kind: string, body: JsonObject): Promise<void>;
  /** The steps so far; the same list for a dry run and for the run that follows it. */
  readonly plan: readonly PlannedStep[];
  planHash(): string;
}

export interface StepsObserver {
  started(name: string, isOneOfMany: boolean): void;
  finished(name: string, durationMs: number, note: 'done' | 'done earlier' | 'planned'): void;
  failed(name: string, durationMs: number, reason: string): void;
}

export interface StepsSetup {
  /** Null in a dry run: nothing is journaled, acts are the dry-run adapters' business. */
  readonly journal: Journal | null;
  readonly clock: Clock;
  readonly observer: StepsObserver;
  readonly earlier: EarlierSteps | null;
}

export function createSteps({ journal, clock, observer, earlier }: StepsSetup): Steps {
  const plan: PlannedStep[] = [];
  let running = 0;

  async function run<T extends Json>(step: Step<T>): Promise<T> {
    running += 1;
    try {
      return await runStep(step, running === 1);
    } finally {
      running -= 1;
    }
  }

  async function runStep<T extends Json>(step: Step<T>, alone: boolean): Promise<T> {
    const input = step.input ?? null;
    const planned: PlannedStep = { name: step.name, kind: step.kind, input };
    plan.push(planned);
    observer.started(step.name, step.isOneOfMany ?? false);
    const since = clock.monotonicMs();
    const before = earlier?.next(planned, alone) ?? { state: 'new' as const };
    if (before.state === 'done') return reuse(step.name, before.step) as Promise<T>;
    if (before.state === 'begun') {
      const value = await settleBegunStep(step, before.runId);
      if (value !== null) {
        await appendDone(step.kind, { step: step.name, value, found_done: true });
        observer.finished(step.name, clock.monotonicMs() - since, 'done earlier');
        return value;
      }
    }
    await journal?.append('step_intent', { step: step.name, kind: step.kind, input });
    try {
      const value = await step.act();
      const durationMs = clock.monotonicMs() - since;
      await appendDone(step.kind, { step: step.name, value, duration_ms: Math.round(durationMs) });
      observer.finished(step.name, durationMs, journal === null ? 'planned' : 'done');
      return value;
    } catch (error) {
      await recordFailure(step.name, error, clock.monotonicMs() - since);
      throw error;
    }
  }

  /**
   * A power cut that takes it leaves the step in doubt, as one between the act and the record does: it is done again or
   * looked for. A person is not asked about what is known: what only a person can settle is durable at once.
   */
  async function appendDone(kind: StepKind, body: JsonObject): Promise<void> {
    if (kind === 'manual') await journal?.append('step_done', body);
    else await journal?.appendSoon('step_done', body);
  }

  async function reuse(name: string, done: DoneStep): Promise<Json> {
    await journal?.append('step_intent', { step: name, kind: done.kind, input: done.input, reused_from: done.runId });
    await journal?.append('step_done', { step: name, value: done.value, reused_from: done.runId });
    observer.finished(name, 0, 'done earlier');
    return done.value;
  }

  async function recordFailure(name: string, error: unknown, durationMs: number): Promise<void> {
    const reason = describeError(error);
    observer.failed(name, durationMs, reason);
    if (journal === null || journal.isDegraded) return;
    const code = isFault(error) ? error.code : 'unexpected';
    await journal.append('step_failed', {
      step: name,
      code,
      reason: reason.slice(0, 2_000),
      duration_ms: Math.round(durationMs),
    });
  }

  return {
    run,
    note: async (kind, body) => {
      await journal?.append(kind, body);
    },
    plan,
    planHash: () => sha256(stableJson(plan)),
  };
}

/** The value when the step's effect is there; null when it has to be done; throws when a person must decide. */
async function settleBegunStep<T extends Json>(step: Step<T>, runId: string): Promise<T | null> {
  switch (step.kind) {
    case 'idempotent':
      return null;
    case 'verify-then-act':
      return (await step.verify?.()) ?? null;
    case 'manual':
      throw new Fault(
        'step needs a decision',
        `Cannot resume: step "${step.name}" was begun by run ${runId} and may or may not have happened`,
        {
          exit: EXIT.refused,
          hint: `look whether it happened, then start afresh: mdops runs abandon ${runId}`,
        },
      );
  }
}
