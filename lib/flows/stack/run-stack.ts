// Starts a stack's processes, supervised or detached, and ends them: its own only, by pid and start or by mark.

import { join } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault, isFault } from '../../base/fault.ts';
import { isRecord, type Json } from '../../base/json.ts';
import { type PlannedStack, planStack, type StackWish, urlsOf } from './plan-stack.ts';
import { receiverSettings } from './receiver-settings.ts';
import type { ComponentSpec, StackContext, StackRecord } from './stack-context.ts';

export interface RunningStack {
  readonly record: StackRecord;
  readonly stop: () => Promise<void>;
}

const READY_MS = 15_000;
const GRACE_MS = 3_000;
const DAY_MS = 86_400_000;
const POLL_MS = 25;
// A program that cannot bind its port ends well within this.
const BIND_MS = 200;
const START_TRIES = 3;

/** Ends with this run, however it ends; a killed run's stack is ended by the next run's `sweepStack`. */
export async function runSupervised(ctx: StackContext, name: string, wish: StackWish): Promise<RunningStack> {
  return onFreePorts(() => superviseOnce(ctx, name, wish));
}

/** Outlives this run. */
export async function runDetached(ctx: StackContext, name: string, wish: StackWish): Promise<StackRecord> {
  return onFreePorts(() => detachOnce(ctx, name, wish));
}

/** Between the look at a port and the start on it, somebody else may take it: the next look finds it taken. */
async function onFreePorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      const isTaken = isFault(error) && error.message.includes('address already in use');
      if (!isTaken || attempt === START_TRIES) throw error;
    }
  }
}

async function superviseOnce(ctx: StackContext, name: string, wish: StackWish): Promise<RunningStack> {
  const { directory, planned, record } = await prepare(ctx, name, wish, ctx.processes.mark);
  const ending = new AbortController();
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
    await waitAllReady(ctx, planned, (spec) => exits.get(spec.name) ?? null);
  } catch (error) {
    await stop();
    throw error;
  }
  return { record, stop };
}

async function detachOnce(ctx: StackContext, name: string, wish: StackWish): Promise<StackRecord> {
  // Known before anything carries it: whenever this run dies, its processes can be found.
  const mark = `${ctx.random.hex(8)};`;
  const { directory, planned, ...prepared } = await prepare(ctx, name, wish, mark);
  let { record } = prepared;
  try {
    for (const spec of planned.components) {
      const logFile = join(directory, `${spec.name}.log`);
      const started = await ctx.processes.spawnDetached({ argv: spec.argv, cwd: directory, logFile, mark });
      record = { ...record, processes: [...record.processes, { ...started, name: spec.name }] };
      await saveRecord(ctx, name, record);
    }
    await waitAllReady(ctx, planned, async (spec) => {
      const own = record.processes.find((one) => one.name === spec.name);
      if (own !== undefined && (await ctx.processes.isAlive(own))) return null;
      return lastLine(await ctx.files.readText(join(directory, `${spec.name}.log`)));
    });
  } catch (error) {
    await sweepStack(ctx, name);
    throw error;
  }
  return record;
}

interface Prepared {
  readonly directory: string;
  readonly planned: PlannedStack;
  readonly record: StackRecord;
}

/** The record comes first: whoever finds it can end what carries its mark and remove its directory. */
async function prepare(ctx: StackContext, name: string, wish: StackWish, mark: string): Promise<Prepared> {
  const directory = join(ctx.config.paths.stateDir, 'stacks', `${name}-${ctx.random.hex(4)}`);
  await saveRecord(ctx, name, recordOf(ctx, directory, wish, NOTHING_PLANNED, mark));
  try {
    await ctx.files.makeDirectory(directory);
    const planned = await planStack(ctx, directory, wish);
    const record = recordOf(ctx, directory, wish, planned, mark);
    await saveRecord(ctx, name, record);
    return { directory, planned, record };
  } catch (error) {
    // Nothing was started that anybody would have to find.
    await ctx.files.remove(directory);
    await ctx.documents.remove(`stacks/${name}`);
    throw error;
  }
}

const NOTHING_PLANNED: PlannedStack = {
  addresses: { pushgateway: '', prometheus: '', alertmanager: '', receivers: null },
  components: [],
};

/** Ends whatever is left of a recorded stack; answers how many processes that were, or null when there was none. */
export async function sweepStack(ctx: StackContext, name: string): Promise<number | null> {
  const record = await loadRecord(ctx, name);
  if (record === null) return null;
  const alive: StackRecord['processes'][number][] = [];
  for (const one of record.processes) if (await ctx.processes.isAlive(one)) alive.push(one);
  for (const one of alive) await ctx.processes.stop(one, GRACE_MS);
  const left = record.mark === null ? 0 : await ctx.processes.endLeftovers(record.mark, GRACE_MS);
  await ctx.files.remove(record.directory);
  await ctx.documents.remove(`stacks/${name}`);
  return alive.length + left;
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

function recordOf(
  ctx: StackContext,
  directory: string,
  wish: StackWish,
  planned: PlannedStack,
  mark: string,
): StackRecord {
  return {
    directory,
    factor: wish.factor,
    platform: ctx.config.platform,
    started_at_ms: ctx.clock.wallMs(),
    addresses: planned.addresses,
    urls: urlsOf(planned.components),
    settings: receiverSettings(ctx),
    mark,
    processes: [],
  };
}

type Exited = (spec: ComponentSpec) => string | null | Promise<string | null>;

async function waitAllReady(ctx: StackContext, { components }: PlannedStack, exited: Exited): Promise<void> {
  await Promise.all(components.map((spec) => waitReady(ctx, spec, exited)));
  // Somebody else may have taken a port in between and answered for ours, which has ended by now.
  await ctx.clock.sleep(BIND_MS, ctx.signal);
  for (const spec of components) refuseEnded(spec, await exited(spec));
}

async function waitReady(ctx: StackContext, spec: ComponentSpec, exited: Exited): Promise<void> {
  const until = ctx.clock.monotonicMs() + READY_MS;
  for (;;) {
    refuseEnded(spec, await exited(spec));
    if (await isReady(ctx, spec)) return;
    if (ctx.clock.monotonicMs() > until) throw notReady(spec, `not ready after ${READY_MS / 1_000} s`);
    await ctx.clock.sleep(POLL_MS, ctx.signal);
  }
}

function refuseEnded(spec: ComponentSpec, said: string | null): void {
  if (said !== null) throw notReady(spec, `it ended: ${said}`);
}

function notReady({ name, argv }: ComponentSpec, why: string): Fault {
  return new Fault('stack component not ready', `Cannot start ${name}: ${why}`, {
    exit: EXIT.unavailable,
    hint: `try it by hand: ${argv.join(' ')}`,
  });
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
