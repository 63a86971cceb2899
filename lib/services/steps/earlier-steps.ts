// What an earlier run did, replayed step by step while a later one resumes it.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { type Json, stableJson } from '../../base/json.ts';
import type { JournalRecord } from '../journal/record.ts';
import type { PlannedStep, StepKind } from './step-types.ts';

export interface DoneStep {
  readonly runId: string;
  readonly name: string;
  readonly kind: StepKind;
  readonly input: Json;
  readonly value: Json;
}

export type EarlierState =
  | { readonly state: 'new' }
  | { readonly state: 'done'; readonly step: DoneStep }
  /** Begun, and neither done nor failed on record. */
  | { readonly state: 'begun'; readonly runId: string };

export interface EarlierSteps {
  /**
   * What the earlier run knows of this step. Steps are matched by name, so that parallel ones may come in another
   * order. Throws `steps changed` when the earlier run did the step otherwise, or, for a step that runs `alone`, when
   * the earlier run did something else in its place.
   */
  next(step: PlannedStep, alone: boolean): EarlierState;
}

interface Recorded {
  readonly name: string;
  readonly kind: StepKind;
  readonly input: Json;
  state: 'begun' | 'done' | 'failed';
  value: Json;
}

export function readEarlierSteps(runId: string, records: readonly JournalRecord[]): EarlierSteps {
  const waiting = collect(records);
  return {
    next: (step, alone) => {
      const at = waiting.findIndex((recorded) => recorded.name === step.name);
      const earlier = waiting[at];
      if (earlier === undefined) {
        const other = waiting[0];
        if (alone && other !== undefined) throw changed(runId, other, step);
        return { state: 'new' };
      }
      waiting.splice(at, 1);
      if (!isSame(earlier, step)) throw changed(runId, earlier, step);
      if (earlier.state === 'done') return { state: 'done', step: { ...earlier, runId } };
      return earlier.state === 'begun' ? { state: 'begun', runId } : { state: 'new' };
    },
  };
}

function collect(records: readonly JournalRecord[]): Recorded[] {
  const steps: Recorded[] = [];
  for (const { kind, body } of records) {
    if (kind === 'step_intent') {
      const { step, kind: stepKind, input } = body;
      steps.push({ name: String(step), kind: stepKind as StepKind, input: input ?? null, state: 'begun', value: null });
    }
    const open = steps.findLast((step) => step.name === body['step'] && step.state === 'begun');
    if (open === undefined) continue;
    if (kind === 'step_done') {
      open.state = 'done';
      open.value = body['value'] ?? null;
    }
    if (kind === 'step_failed') open.state = 'failed';
  }
  return steps;
}

function isSame(earlier: Recorded, step: PlannedStep): boolean {
  return (
    earlier.name === step.name && earlier.kind === step.kind && stableJson(earlier.input) === stableJson(step.input)
  );
}

function changed(runId: string, earlier: Recorded, step: PlannedStep): Fault {
  const message =
    earlier.name === step.name
      ? `Cannot resume run ${runId}: step "${step.name}" now acts on something else than it did then`
      : `Cannot resume run ${runId}: it did "${earlier.name}" where the command now does "${step.name}"`;
  return new Fault('steps changed', message, {
    exit: EXIT.refused,
    hint: `start afresh: mdops runs abandon ${runId}, then run the command again`,
  });
}
