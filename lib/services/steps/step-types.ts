// What a step is, to flows and to the journal.

import type { Json } from '../../base/json.ts';

/** What may be done with a step that began in a run that died: again; look first; ask a person. */
export type StepKind = 'idempotent' | 'verify-then-act' | 'manual';

export interface Step<T extends Json> {
  readonly name: string;
  readonly kind: StepKind;
  /** What the step acts on; part of the plan and of its hash. */
  readonly input?: Json;
  /** One of many alike: told in the log file; on a terminal the flow's own progress tells of all of them. */
  readonly isOneOfMany?: boolean;
  readonly act: () => Promise<T>;
  /** For `verify-then-act`: the value if the step's effect is already there, else null. */
  readonly verify?: () => Promise<T | null>;
}

export interface PlannedStep {
  readonly name: string;
  readonly kind: StepKind;
  readonly input: Json;
}
