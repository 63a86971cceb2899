// One action of a push: looked at again, done, and read back.

import { EXIT } from '../../../base/exit-codes.ts';
import { Fault, isFault } from '../../../base/fault.ts';
import type { GrafanaObject, LiveObject } from '../../../base/grafana-objects.ts';
import type { JsonObject } from '../../../base/json.ts';
import type { Grafana, KindClient } from '../../../clients/grafana/kind-client.ts';
import { compareObjects } from '../../../domain/grafana/drift.ts';
import { type Action, digestOf } from '../../../domain/grafana/plan.ts';
import type { Context } from '../../../run/context.ts';
import { fillObject, type References } from './references.ts';
import { nameOf } from './show-drift.ts';

export interface Push {
  readonly ctx: Pick<Context, 'steps' | 'run' | 'redact'>;
  readonly grafana: Grafana;
  readonly wanted: (action: Action) => GrafanaObject | null;
  readonly references: References;
  readonly overwrite: boolean;
}

export type Result = 'done' | 'already there';

/** Throws the fault that kept it from being done, without any secret in it. */
export async function carryOut(push: Push, action: Action): Promise<Result> {
  const client = push.grafana.of(action.kind);
  const { verb, kind, id, title } = action;
  return push.ctx.steps.run<Result>({
    name: `${verb} ${kind} ${id}`,
    kind: 'verify-then-act',
    input: { title, wanted: action.wanted, held: action.held },
    verify: async () => ((await isDone(push, client, action)) ? 'already there' : null),
    act: async () => {
      try {
        return await act(push, client, action);
      } catch (error) {
        throw masked(error, push.references);
      }
    },
  });
}

async function act(push: Push, client: KindClient, action: Action): Promise<Result> {
  const held = await client.read(action.id);
  if (fulfils(push, action, held)) return 'already there';
  if (!push.overwrite) refuseConflict(action, held);
  try {
    await write(push, client, action, held);
  } catch (error) {
    // The answer may be lost and the write done: that is looked up, never guessed.
    if (!mayHaveArrived(error) || !(await isDone(push, client, action).catch(() => false))) throw error;
  }
  const after = await client.read(action.id);
  if (fulfils(push, action, after)) return 'done';
  throw notKept(push, action, after);
}

async function write(push: Push, client: KindClient, action: Action, held: LiveObject | null): Promise<void> {
  if (action.verb === 'remove') {
    if (held !== null) await client.remove(held);
    return;
  }
  const { object } = fillObject(wantedOf(push, action), push.references.lookUp);
  const message = `mdops dashboards push by ${push.ctx.run.operator}, run ${push.ctx.run.id}`;
  await client.write(object, held, { overwrite: push.overwrite, message });
}

async function isDone(push: Push, client: KindClient, action: Action): Promise<boolean> {
  return fulfils(push, action, await client.read(action.id));
}

function fulfils(push: Push, action: Action, held: LiveObject | null): boolean {
  if (action.verb === 'remove') return held === null;
  if (held === null) return false;
  const { differences, unknown } = compareObjects(wantedOf(push, action), held, push.references.lookUp);
  return differences.length === 0 && unknown.length === 0;
}

function wantedOf(push: Push, action: Action): GrafanaObject {
  const wanted = push.wanted(action);
  if (wanted !== null && digestOf(wanted) === action.wanted) return wanted;
  throw new Fault(
    'files changed',
    `Cannot ${action.verb} ${nameOf(action.kind, action.title)}: its file is not what it was when the plan was made`,
    {
      exit: EXIT.refused,
      hint: 'start afresh: push again',
    },
  );
}

function refuseConflict(action: Action, held: LiveObject | null): void {
  const now = held === null ? null : digestOf(held);
  if (now === action.held) return;
  const what =
    action.held === null
      ? 'somebody created it meanwhile'
      : now === null
        ? 'somebody removed it meanwhile'
        : 'somebody changed it meanwhile';
  throw new Fault(
    'grafana object changed meanwhile',
    `Cannot ${action.verb} ${nameOf(action.kind, action.title)}: ${what}`,
    {
      exit: EXIT.refused,
      hint: 'look with "mdops dashboards diff", then push again, or push --overwrite',
    },
  );
}

function mayHaveArrived(error: unknown): boolean {
  return isFault(error) && (error.retryable || error.facts['mayHaveArrived'] === true);
}

function notKept(push: Push, action: Action, after: LiveObject | null): Fault {
  const differences =
    after === null || action.verb === 'remove'
      ? []
      : compareObjects(wantedOf(push, action), after, push.references.lookUp).differences;
  const where =
    differences.length === 0
      ? 'it is not there'
      : `it differs at ${differences
          .map(({ path }) => path)
          .slice(0, 5)
          .join(', ')}`;
  const said = action.verb === 'remove' ? 'it is still there' : where;
  return new Fault('grafana kept something else', `Grafana took ${nameOf(action.kind, action.title)}, but ${said}`, {
    exit: EXIT.critical,
    hint: 'a server of this version may not know what the file says; see "mdops dashboards diff --json"',
  });
}

/** Grafana quotes what it did not like, and that may be a secret. */
function masked(error: unknown, { mask }: References): unknown {
  if (!isFault(error)) return error;
  const { code, exit, retryable, hint, facts } = error;
  return new Fault(code, mask(error.message), {
    exit,
    retryable,
    ...(hint === undefined ? {} : { hint }),
    facts: JSON.parse(mask(JSON.stringify(facts))) as JsonObject,
  });
}
