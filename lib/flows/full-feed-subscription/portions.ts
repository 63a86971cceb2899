// The portions of a run, each one journaled step: a resumed run does not send again what was done.

import { sha256 } from '../../base/digest.ts';
import { isFault } from '../../base/fault.ts';
import type { Json, JsonObject } from '../../base/json.ts';
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

// More portions than requests: while one is being journaled, others wait to be sent.
const MOST_OPEN = 2 * MOST_UNDER_WAY;

export async function sendPortions(
  ctx: Pick<Context, 'steps'>,
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

function sendPortion(
  ctx: Pick<Context, 'steps'>,
  number: number,
  symbols: readonly string[],
  { folder, send, keeper }: Means,
): Promise<JsonObject> {
  return ctx.steps.run({
    name: `batch ${number}`,
    kind: 'idempotent',
    input: { contracts: symbols.length, digest: sha256(symbols.join('\n')) },
    act: async () => {
      const result = await send(symbols);
      if (result === null) return {};
      const { accepted, rejected, failed } = result;
      const name = `batch-${String(number).padStart(5, '0')}.json`;
      await keeper.keep(folder, name, { batch: number, symbols, accepted, rejected, failed });
      return { accepted: accepted.length, rejected: plain(rejected), failed: plain(failed) };
    },
  });
}

function plain(refusals: readonly Refusal[]): Json {
  return refusals.map(({ symbol, reason }) => ({ symbol, reason }));
}

/** From the journal when an earlier run had sent it: our own records. */
function addUp(tally: Tally, value: JsonObject): void {
  tally.accepted += Number(value['accepted'] ?? 0);
  tally.rejected.push(...refusalsOf(value['rejected']));
  tally.failed.push(...refusalsOf(value['failed']));
}

function refusalsOf(value: Json | undefined): readonly Refusal[] {
  return Array.isArray(value) ? (value as readonly JsonObject[] as unknown as readonly Refusal[]) : [];
}
