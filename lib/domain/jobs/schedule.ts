// Cron expressions in a zone. cron-parser takes about 80 µs for each occurrence: ask for few.

export interface Schedule {
  /** The last occurrence at or before an instant; null when there is none within the parser's horizon. */
  lastAt(ms: number): number | null;
  nextAfter(ms: number): number | null;
}

export type ParsedSchedule =
  | { readonly ok: true; readonly schedule: Schedule }
  | { readonly ok: false; readonly problem: string };

export async function parseSchedule(expression: string, zone: string): Promise<ParsedSchedule> {
  const { CronExpressionParser } = await import('cron-parser');
  const open = (ms: number) => CronExpressionParser.parse(expression, { tz: zone, currentDate: new Date(ms) });
  try {
    open(0);
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
  const find = (ask: () => { getTime(): number }): number | null => {
    try {
      return ask().getTime();
    } catch {
      // "February 30": valid to read, never due.
      return null;
    }
  };
  return {
    ok: true,
    schedule: {
      // An occurrence at this very instant counts: the parser looks strictly before.
      lastAt: (ms) => find(() => open(ms + 1).prev()),
      nextAfter: (ms) => find(() => open(ms).next()),
    },
  };
}
