// One alert rule from evaluation to evaluation: inactive → pending → firing → resolved, as Prometheus decides it.

export type Labels = Readonly<Record<string, string>>;

/** What an evaluation leaves behind, worst instance first. */
export type StepState = 'quiet' | 'pending' | 'firing';

export type EpisodeEnd = 'resolved' | 'gap' | 'range';

export interface Episode {
  readonly labels: Labels;
  /** Since when the condition held. */
  readonly activeAtMs: number;
  readonly firesAtMs: number;
  /** The evaluation that found it over, or the end of what was looked at. */
  readonly endsAtMs: number;
  readonly endedBy: EpisodeEnd;
}

export interface AlertTiming {
  readonly forMs: number;
  readonly keepFiringForMs: number;
}

export interface AlertFollower {
  /** One evaluation and the instances whose condition holds, by a key for their labels. */
  evaluate(atMs: number, present: ReadonlyMap<string, Labels>): StepState;
  /** The rule could not be evaluated: Prometheus keeps what it knows. */
  keep(): StepState;
  /** Nobody evaluated: nothing that was known before is known after. */
  forget(atMs: number): void;
  /** Every episode, those still firing cut at the end of the range. */
  finish(atMs: number): Episode[];
}

interface Active {
  readonly labels: Labels;
  readonly activeAtMs: number;
  firesAtMs: number | null;
  keptSinceMs: number | null;
}

export function followAlert({ forMs, keepFiringForMs }: AlertTiming): AlertFollower {
  const active = new Map<string, Active>();
  const episodes: Episode[] = [];

  function end(key: string, { labels, activeAtMs, firesAtMs }: Active, endsAtMs: number, endedBy: EpisodeEnd): void {
    active.delete(key);
    if (firesAtMs !== null) episodes.push({ labels, activeAtMs, firesAtMs, endsAtMs, endedBy });
  }

  /** `keep_firing_for` counts from the first evaluation without the condition, and only for what fires. */
  function isKept(alert: Active, atMs: number): boolean {
    if (alert.firesAtMs === null || keepFiringForMs === 0) return false;
    alert.keptSinceMs ??= atMs;
    return atMs - alert.keptSinceMs < keepFiringForMs;
  }

  function state(): StepState {
    let found: StepState = 'quiet';
    for (const { firesAtMs } of active.values()) {
      if (firesAtMs !== null) return 'firing';
      found = 'pending';
    }
    return found;
  }

  function endAll(atMs: number, endedBy: EpisodeEnd): void {
    for (const [key, alert] of [...active]) end(key, alert, atMs, endedBy);
  }

  return {
    evaluate: (atMs, present) => {
      for (const [key, labels] of present) {
        const known = active.get(key);
        if (known !== undefined) known.keptSinceMs = null;
        else active.set(key, { labels, activeAtMs: atMs, firesAtMs: null, keptSinceMs: null });
      }
      for (const [key, alert] of [...active]) {
        if (!present.has(key)) {
          if (!isKept(alert, atMs)) end(key, alert, atMs, 'resolved');
        } else if (alert.firesAtMs === null && atMs - alert.activeAtMs >= forMs) {
          alert.firesAtMs = atMs;
        }
      }
      return state();
    },
    keep: state,
    forget: (atMs) => endAll(atMs, 'gap'),
    finish: (atMs) => {
      endAll(atMs, 'range');
      return episodes.sort((left, right) => left.firesAtMs - right.firesAtMs);
    },
  };
}
