// What the last check of this target found, so that the next one can say what changed.

import { isRecord, type Json } from '../../base/json.ts';
import { type CheckMemory, memoryOf } from '../../domain/health/changes.ts';
import type { HealthReport, Verdict } from '../../domain/health/report.ts';
import type { Context } from '../../run/context.ts';

type Ctx = Pick<Context, 'documents' | 'run' | 'log'>;

export async function recallCheck(ctx: Ctx, target: string): Promise<CheckMemory | null> {
  try {
    return readMemory(await ctx.documents.read(nameOf(ctx, target)));
  } catch {
    // Comparison is a comfort: a damaged memory must not keep anyone from checking.
    ctx.log.event('message', 'what the last check found cannot be read; nothing is compared', { level: 'warn' });
    return null;
  }
}

// Two hourly checks of a neighbour.
const NEIGHBOUR_MS = 2 * 3_600_000;

/** Other feeds of this environment that were mostly dead when they were last looked at, not long ago. */
export async function deadNeighbours(
  ctx: Pick<Context, 'documents' | 'run'>,
  target: string,
  nowMs: number,
): Promise<string[]> {
  const folder = `health/${ctx.run.environment}`;
  const dead: string[] = [];
  for (const name of await ctx.documents.listBelow(folder)) {
    if (name === target) continue;
    const memory = await ctx.documents.read(`${folder}/${name}`).then(readMemory, () => null);
    if (memory?.isDead === true && Math.abs(nowMs - memory.checkedAtMs) < NEIGHBOUR_MS) dead.push(name);
  }
  return dead;
}

export async function rememberCheck(ctx: Ctx, target: string, report: HealthReport, nowMs: number): Promise<void> {
  if (report.verdict === 'unknown') return;
  const memory = memoryOf(report, nowMs);
  const data = {
    checked_at_ms: memory.checkedAtMs,
    verdict: memory.verdict,
    missing: memory.missing,
    stalled: memory.stalled,
    is_whole: memory.isWhole,
    is_dead: memory.isDead,
  };
  await ctx.documents.write(nameOf(ctx, target), data, { durable: false });
}

function nameOf(ctx: Ctx, target: string): string {
  return `health/${ctx.run.environment}/${target}`;
}

function readMemory(data: Json | null): CheckMemory | null {
  if (!isRecord(data)) return null;
  const { checked_at_ms: checkedAtMs, verdict, missing, stalled, is_whole: isWhole, is_dead: isDead } = data;
  if (typeof checkedAtMs !== 'number' || typeof verdict !== 'string') return null;
  return {
    checkedAtMs,
    verdict: verdict as Verdict,
    missing: Array.isArray(missing) ? missing.map(String) : [],
    stalled: Array.isArray(stalled) ? stalled.map(String) : [],
    isWhole: isWhole === true,
    isDead: isDead === true,
  };
}
