// Which contracts this run subscribes: asked for once, kept on disk, so that a resumed run does the same portions.

import { sha256 } from '../../base/digest.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { isRecord, type JsonObject } from '../../base/json.ts';
import type { ControlPlane, CouldNotLook } from '../../clients/control-plane/control-plane.ts';
import { selectSymbols } from '../../domain/subscription/selection.ts';
import type { Context } from '../../run/context.ts';
import type { Keeper } from './keeper.ts';
import type { SubscriptionSettings } from './settings.ts';

export interface Chosen {
  readonly wanted: readonly string[];
  readonly catalogueTotal: number;
  readonly selectedTotal: number;
  readonly alreadyActiveTotal: number;
  readonly beyondLimitTotal: number;
  readonly idlePatterns: readonly string[];
  /** Where it is kept, with all other artifacts. */
  readonly folder: string;
}

type Ctx = Pick<Context, 'config' | 'signal' | 'steps' | 'files' | 'run'>;

const PLAN = 'plan.json';

export async function chooseContracts(
  ctx: Ctx,
  settings: SubscriptionSettings,
  controlPlane: ControlPlane,
  keeper: Keeper,
): Promise<Chosen> {
  const { include, exclude, limit, policy, folder } = settings;
  let fresh: Chosen | null = null;
  const kept = await ctx.steps.run({
    name: 'choose contracts',
    kind: 'idempotent',
    input: { include, exclude, limit, batch_size: policy.batchSize },
    act: async () => {
      fresh = await select(ctx, settings, controlPlane);
      const text = `${JSON.stringify(fresh, null, 1)}\n`;
      await keeper.mustKeep(folder, PLAN, text);
      return { folder, contracts: fresh.wanted.length, digest: sha256(text) };
    },
  });
  return fresh ?? readChosen(ctx, kept);
}

async function select(ctx: Ctx, settings: SubscriptionSettings, controlPlane: ControlPlane): Promise<Chosen> {
  const options = { timeoutMs: ctx.config.remotes.controlPlane.timeoutMs, signal: ctx.signal };
  const contracts = await controlPlane.listContracts(options);
  if (!contracts.ok) throw couldNotLook(ctx, 'which contracts there are', contracts);
  if (contracts.symbols.length === 0) {
    throw new Fault('no contracts', 'Cannot subscribe: the market-data service knows no contracts', {
      exit: EXIT.unknown,
      hint: 'is it connected to its venue? An empty catalogue is never taken for "nothing to do"',
    });
  }
  const active = await controlPlane.activeSubscriptions(options);
  if (!active.ok) throw couldNotLook(ctx, 'what is subscribed', active);
  const { include, exclude, limit, folder } = settings;
  const selection = selectSymbols({
    symbols: contracts.symbols,
    include,
    exclude,
    active: new Set(active.subscriptions.filter(({ isActive }) => isActive).map(({ symbol }) => symbol)),
    ...(limit === null ? {} : { limit }),
  });
  if (!selection.ok) {
    throw new Fault('usage', `Cannot select contracts: ${selection.problems.join('; ')}`, {
      exit: EXIT.usage,
      hint: 'look at --include and --exclude: a pattern is matched against the full name, rb2605.SHFE',
    });
  }
  const { ok: _, ...chosen } = selection;
  return { ...chosen, folder };
}

function couldNotLook(ctx: Ctx, what: string, looked: CouldNotLook): Fault {
  if (ctx.signal.aborted) throw ctx.signal.reason;
  const { hint } = looked.fault;
  return new Fault(looked.code, `Cannot learn ${what}: ${looked.reason}`, {
    exit: EXIT.unknown,
    retryable: looked.retryable,
    cause: looked.fault,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** What the resumed run had chosen. */
async function readChosen(ctx: Ctx, kept: JsonObject): Promise<Chosen> {
  const folder = String(kept['folder']);
  const refuse = (state: string, cause?: unknown): Fault =>
    new Fault('steps changed', `Cannot resume run ${ctx.run.resumes ?? ''}: its plan ${folder}/${PLAN} ${state}`, {
      exit: EXIT.refused,
      hint: 'run mdops full-feed-subscription again: what is active already is skipped anyway',
      cause,
    });
  let text: string;
  try {
    text = await ctx.files.readText(`${folder}/${PLAN}`);
  } catch (error) {
    throw refuse('cannot be read', error);
  }
  if (sha256(text) !== kept['digest']) throw refuse('was changed since');
  const plan: unknown = JSON.parse(text);
  if (!isRecord(plan)) throw refuse('was changed since');
  return plan as unknown as Chosen;
}
