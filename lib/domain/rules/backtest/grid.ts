// The instants at which a rule is evaluated: the first, the distance, and how many.

export interface Grid {
  readonly fromMs: number;
  readonly stepMs: number;
  readonly count: number;
}

export function gridOf(fromMs: number, toMs: number, stepMs: number): Grid {
  return { fromMs, stepMs, count: Math.max(1, Math.floor((toMs - fromMs) / stepMs) + 1) };
}

/** The same instants, and those before that decide what already fires at the first. */
export function withWarmUp({ fromMs, stepMs, count }: Grid, timeMs: number): { grid: Grid; warmUp: number } {
  const warmUp = Math.ceil(timeMs / stepMs);
  return { grid: { fromMs: fromMs - warmUp * stepMs, stepMs, count: count + warmUp }, warmUp };
}

export function instantOf({ fromMs, stepMs }: Grid, step: number): number {
  return fromMs + step * stepMs;
}

/** Runs of steps that satisfy, as time: each step stands for the time up to the next. */
export function spansWhere(grid: Grid, holds: (step: number) => boolean): { fromMs: number; toMs: number }[] {
  const spans: { fromMs: number; toMs: number }[] = [];
  let since: number | null = null;
  for (let step = 0; step <= grid.count; step += 1) {
    const isIn = step < grid.count && holds(step);
    if (isIn && since === null) since = step;
    if (!isIn && since !== null) {
      spans.push({ fromMs: instantOf(grid, since), toMs: instantOf(grid, step) });
      since = null;
    }
  }
  return spans;
}
