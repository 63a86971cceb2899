// The lag rules of this check: configured limits, and the session calendar where there is one.

import { EXIT } from '../../base/exit-codes.ts';
import { describeError, Fault } from '../../base/fault.ts';
import { parseJson } from '../../base/json.ts';
import { createLagRules, type LagRules } from '../../domain/health/lag-rules.ts';
import { type Calendar, readCalendar } from '../../domain/sessions/calendar.ts';
import { createTradingTime } from '../../domain/sessions/trading-time.ts';
import type { Context } from '../../run/context.ts';

export interface Limits {
  /** `acted`: when symbols were last resubscribed. */
  rulesAt(nowMs: number, acted?: ReadonlyMap<string, number>): LagRules;
  /** What must be said about the calendar at that instant. */
  notesAt(nowMs: number): string[];
}

export async function loadLimits(ctx: Pick<Context, 'files' | 'config'>, calendarFile: string | null): Promise<Limits> {
  const { lagWarningMs, lagCriticalMs, lag } = ctx.config.health;
  const calendar = calendarFile === null ? null : await loadCalendar(ctx, calendarFile);
  const usual = { warningMs: lagWarningMs, criticalMs: lagCriticalMs };
  return {
    rulesAt: (nowMs, acted = new Map()) => {
      const policy = { usual, special: lag, nowMs, acted };
      return createLagRules(
        calendar === null ? policy : { ...policy, tradingTime: createTradingTime(calendar, nowMs) },
      );
    },
    notesAt: (nowMs) =>
      calendar === null || createTradingTime(calendar, nowMs).isCovered
        ? []
        : [`the session calendar knows holidays from ${calendar.from} to ${calendar.to} only: today may be one`],
  };
}

async function loadCalendar(ctx: Pick<Context, 'files'>, file: string): Promise<Calendar> {
  const { calendar, problems } = await readFile(ctx, file);
  if (calendar !== null) return calendar;
  throw new Fault('calendar invalid', `Cannot use session calendar "${file}": ${problems.join('; ')}`, {
    exit: EXIT.config,
    hint: 'config/calendars/ctp.json shows what is expected',
  });
}

async function readFile(ctx: Pick<Context, 'files'>, file: string): Promise<ReturnType<typeof readCalendar>> {
  try {
    return readCalendar(parseJson(await ctx.files.readText(file)));
  } catch (error) {
    return { calendar: null, problems: [describeError(error)] };
  }
}
