// Components with start and stop commands of their own; whether they run is for the readiness probe to say.

import type { Context } from '../../../run/context.ts';
import { type Component, type Fillings, fill, type Variables, variablesFor } from '../component.ts';
import type { Acted, Driver } from './driver.ts';
import { lastLines, whyNot } from './process-answer.ts';

type CommandComponent = Extract<Component, { readonly driver: 'command' }>;

export function createCommandDriver(ctx: Pick<Context, 'processes'>, fillings: Fillings, variables: Variables): Driver {
  async function act(
    command: readonly string[],
    component: Component,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Acted> {
    const argv = fill(command, fillings) as [string, ...string[]];
    const cwd = component.workDir === undefined ? {} : { cwd: component.workDir };
    const result = await ctx.processes.run({
      argv,
      env: variablesFor(component, variables),
      timeoutMs,
      signal,
      ...cwd,
    });
    return result.ok ? { ok: true } : { ok: false, reason: whyNot(argv[0], result), output: lastLines(result) };
  }
  return {
    lookEveryMs: 1_000,
    look: async () => 'unknown',
    settle: async () => {},
    start: (component, signal) =>
      act((component as CommandComponent).start, component, component.startTimeoutMs, signal),
    stop: (component, signal) => act((component as CommandComponent).stop, component, component.stopTimeoutMs, signal),
    lastOutput: async () => [],
  };
}
