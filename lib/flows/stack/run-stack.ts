// Starts a stack's processes, supervised or detached, and ends them: its own only, by pid and start or by mark.

import { join } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault, isFault } from '../../base/fault.ts';
import { isRecord, type Json } from '../../base/json.ts';
import { type PlannedStack, planStack, type StackWish } from './plan-stack.ts';
import type { ComponentSpec, StackContext, StackRecord } from './stack-context.ts';

export interface RunningStack {
  readonly record: StackRecord;
  readonly stop: () => Promise<void>;
}

const READY_MS = 15_000;
const GRACE_MS = 3_000;
const DAY_MS = 86_400_000;
const POLL_MS = 25;

/** Ends with this run, however it ends; a killed run's stack is ended by the next run's `sweepStack`. */
export async function runSupervised(ctx: StackContext, name: string, wish: StackWish): Promise<RunningStack> {
  const directory = await makeDirectory(ctx, name);
  const ending = new AbortController();
  const planned = await planStack(ctx, directory, wish);
  const record = recordOf(ctx, directory, wish, planned, ctx.processes.mark);
  // Before the first process: whoever finds this record can end what carries the mark.
  await saveRecord(ctx, name, record);
  const exits = new Map<string, string>();
  const running = planned.components.map(async (spec) => {
    const { stderr, failure } = await ctx.processes.run({
      argv: spec.argv,
      cwd: directory,
      timeoutMs: DAY_MS,
      signal: ending.signal,
    });
    exits.set(spec.name, failure ?? lastLine(`${stderr.head}${stderr.tail}`));
  });
  const stop = async (): Promise<void> => {
    ending.abort(new Fault('stack stopped', 'The stack was stopped'));
    await Promise.allSettled(running);
    await ctx.files.remove(directory);
    await ctx.documents.remove(`stacks/${name}`);
  };
  try {
    await Promise.all(planned.components.map((spec) => waitReady(ctx, spec, () => exits.get(spec.name) ?? null)));
  } catch (error) {
    await stop();
    throw error;
  }
  return { record, stop };
}

/** Outlives this run. */
export async function runDetached(ctx: StackContext, name: string, wish: StackWish): Promise<StackRecord> {
  const directory = await makeDirectory(ctx, name);
  const planned = await planStack(ctx, directory, wish);
  let record = recordOf(ctx, directory, wish, planned, null);
  await saveRecord(ctx, name, record);
  try {
    for (const spec of planned.components) {
      const logFile = join(directory, `${spec.name}.log`);
      const started = await ctx.processes.spawnDetached({ argv: spec.argv, cwd: directory, logFile });
      record = { ...record, processes: [...record.processes, { ...started, name: spec.name }] };
      await saveRecord(ctx, name, record);
    }
    await Promise.all(
      planned.components.map((spec, index) =>
        waitReady(ctx, spec, async () => {
          if (await ctx.processes.isAlive(record.processes[index]!)) return null;
          return lastLine(await ctx.files.readText(join(directory, `${spec.name}.log`)));
        }),
      ),
    );
  } catch (error) {
    await sweepStack(ctx, name);
    throw error;
  }
  return record;
}

/** Ends whatever is left of a recorded stack; answers how many processes that were, or null when there was none. */
export async function sweepStack(ctx: StackContext, name: string): Promise<number | null> {
  const record = await loadRecord(ctx, name);
  if (record === null) return null;
  let ended = 0;
  for (const one of record.processes) {
    if (!(await ctx.processes.isAlive(one))) continue;
    ended += 1;
    await ctx.processes.stop(one, GRACE_MS);
  }
  if (record.mark !== null) ended += await ctx.processes.endLeftovers(record.mark, GRACE_MS);
  await ctx.files.remove(record.directory);
  await ctx.documents.remove(`stacks/${name}`);
  return ended;
}

export async function loadRecord(
  { documents }: Pick<StackContext, 'documents'>,
  name: string,
): Promise<StackRecord | null> {
  const found = await documents.read(`stacks/${name}`);
  return isRecord(found) && Array.isArray(found['processes']) ? (found as unknown as StackRecord) : null;
}

async function saveRecord(ctx: StackContext, name: string, record: StackRecord): Promise<void> {
  await ctx.documents.write(`stacks/${name}`, record as unknown as Json);
}

async function makeDirectory(ctx: StackContext, name: string): Promise<string> {
  const directory = join(ctx.config.paths.stateDir, 'stacks', `${name}-${ctx.random.hex(4)}`);
  await ctx.files.makeDirectory(directory);
  return directory;
}

function recordOf(
  ctx: StackContext,
  directory: string,
  wish: StackWish,
  planned: PlannedStack,
  mark: string | null,
): StackRecord {
  return {
    directory,
    factor: wish.factor,
    started_at_ms: ctx.clock.wallMs(),
    addresses: planned.addresses,
    urls: Object.fromEntries(planned.components.map(({ name, url }) => [name, url])),
    mark,
    processes: [],
  };
}

async function waitReady(
  ctx: StackContext,
  spec: ComponentSpec,
  exited: () => string | null | Promise<string | null>,
): Promise<void> {
  const until = ctx.clock.monotonicMs() + READY_MS;
  while (!(await isReady(ctx, spec))) {
    const said = await exited();
    if (said !== null || ctx.clock.monotonicMs() > until) {
      throw new Fault(
        'stack component not ready',
        `Cannot start ${spec.name}: ${said === null ? `not ready after ${READY_MS / 1_000} s` : `it ended: ${said}`}`,
        {
          exit: EXIT.unavailable,
          hint: `try it by hand: ${spec.argv.join(' ')}`,
        },
      );
    }
    await ctx.clock.sleep(POLL_MS, ctx.signal);
  }
}

async function isReady({ http, signal }: StackContext, { url, readyPath }: ComponentSpec): Promise<boolean> {
  try {
    return (await http.request({ method: 'GET', url: `${url}${readyPath}`, timeoutMs: 1_000, signal })).status === 200;
  } catch (error) {
    signal.throwIfAborted();
    if (isFault(error)) return false;
    throw error;
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
