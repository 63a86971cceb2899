// What age and number put out of keeping: a decision over names and times only.

export interface RetentionPolicy {
  readonly maxAgeMs: number;
  /** More than this many are not kept, however young. */
  readonly most: number;
  /** The newest are kept, however old. */
  readonly least: number;
}

/** Those that may go, in the order given; `oldestFirst` must be in the order of time. */
export function outOfKeeping<T extends { readonly atMs: number }>(
  oldestFirst: readonly T[],
  { maxAgeMs, most, least }: RetentionPolicy,
  nowMs: number,
): T[] {
  const surplus = oldestFirst.length - Math.max(most, least);
  const mayGo = oldestFirst.slice(0, Math.max(0, oldestFirst.length - least));
  // A time that cannot be told (NaN) is no proof of age.
  return mayGo.filter(({ atMs }, at) => at < surplus || nowMs - atMs > maxAgeMs);
}

/** `20260105-010000-3f9c2a7b` → its instant; NaN for another form. */
export function startOfRun(runId: string): number {
  const found = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-/.exec(runId);
  if (found === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = found;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
