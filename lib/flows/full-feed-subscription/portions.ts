// The portions of a run, each one journaled step: a resumed run does not send again what was done.

import { sha256 } from '../../base/digest.ts';
import { isFault } from '../../base/fault.ts';
import { isRecord, type JsonObject, own } from '../../base/json.ts';
import type { Refusal } from '../../domain/subscription/work.ts';
import type { Context } from '../../run/context.ts';
import type { Chosen } from './choose.ts';
import type { Keeper } from './keeper.ts';
import { MOST_UNDER_WAY, type PortionResult } from './sender.ts';

export interface Tally {
  accepted: number;
  readonly rejected: Refusal[];
  readonly failed: Refusal[];
  /** Contracts of portions that never had their end. */
  leftOver: number;
}

/** Null: it was only planned. */
export type SendPortion = (symbols: readonly string[]) => Promise<PortionResult | null>;

type Ctx = Pick<Context, 'steps' | 'files'>;

// More portions than requests: while one is being journaled, others wait to be sent.
const MOST_OPEN = 2 * MOST_UNDER_WAY;

export async function sendPortions(
  ctx: Ctx,
  { wanted, folder }: Chosen,
  batchSize: number,
  send: SendPortion,
  keeper: Keeper,
): Promise<Tally> {
  const tally: Tally = { accepted: 0, rejected: [], failed: [], leftOver: 0 };
  const total = Math.ceil(wanted.length / batchSize);
  const failures: unknown[] = [];
  let next = 0;
  const sendNext = async (): Promise<void> => {
    while (next < total && failures.length === 0) {
      const index = next;
      next += 1;
      const symbols = wanted.slice(index * batchSize, (index + 1) * batchSize);
      try {
        addUp(tally, await sendPortion(ctx, index + 1, symbols, { folder, send, keeper }));
      } catch (error) {
        failures.push(error);
        tally.leftOver += symbols.length;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(MOST_OPEN, total) }, sendNext));
  tally.leftOver += Math.max(0, wanted.length - next * batchSize);
  const fatal = failures.find((error) => !isFault(error) || error.code !== 'subscription stopped');
  if (fatal !== undefined) throw fatal;
  return tally;
}

interface Means {
  readonly folder: string;
  readonly send: SendPortion;
  readonly keeper: Keeper;
}

async function sendPortion(ctx: Ctx, number: number, symbols: readonly string[], means: Means): Promise<PortionResult> {
  const { folder, send, keeper } = means;
  const name = `batch-${String(number).padStart(5, '0')}.json`;
  let sent: PortionResult | null = null;
  let isFresh = false;
  const recorded = await ctx.steps.run({
    name: `batch ${number}`,
    kind: 'idempotent',
    isOneOfMany: true,
    input: { contracts: symbols.length, digest: sha256(symbols.join('\n')) },
    act: async () => {
      isFresh = true;
      sent = await send(symbols);
      if (sent === null) return {};
      const { accepted, rejected, failed } = sent;
      await keeper.keep(folder, name, { batch: number, symbols, accepted, rejected, failed });
      // Names are in the artifact: a journal record has a bound.
      return { accepted: accepted.length, rejected: rejected.length, failed: failed.length };
    },
  });
  if (isFresh) return sent ?? NOTHING;
  return (await readArtifact(ctx, `${folder}/${name}`)) ?? unnamed(symbols, recorded);
}

const NOTHING: PortionResult = { accepted: [], rejected: [], failed: [] };

/** What the resumed run had written of this portion. */
async function readArtifact(ctx: Ctx, path: string): Promise<PortionResult | null> {
  try {
    const read: unknown = JSON.parse(await ctx.files.readText(path));
    if (!isRecord(read)) return null;
    const lists = [own(read, 'accepted'), own(read, 'rejected'), own(read, 'failed')];
    return lists.every(Array.isArray) ? (read as unknown as PortionResult) : null;
  } catch {
    return null;
  }
}

/** The journal knows how many, and the artifact that knew which is gone. */
function unnamed(symbols: readonly string[], recorded: JsonObject): PortionResult {
  const accepted = symbols.slice(0, Number(recorded['accepted'] ?? 0));
  const failed = Number(recorded['rejected'] ?? 0) + Number(recorded['failed'] ?? 0);
  const symbol = `one of ${symbols[0] ?? ''} …`;
  return { accepted, rejected: [], failed: Array.from({ length: failed }, () => ({ symbol, reason: GONE })) };
}

const GONE = 'rejected or given up by the resumed run, whose artifact cannot be read';

function addUp(tally: Tally, { accepted, rejected, failed }: PortionResult): void {
  tally.accepted += accepted.length;
  for (const refusal of rejected) tally.rejected.push(refusal);
  for (const refusal of failed) tally.failed.push(refusal);
}
