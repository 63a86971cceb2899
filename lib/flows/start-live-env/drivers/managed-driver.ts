// Components that systemd, Compose or Kubernetes own: their programs are asked and told.

import type { Context } from '../../../run/context.ts';
import type { Component } from '../component.ts';
import type { ArgvOf } from './argv-table.ts';
import type { Acted, Driver } from './driver.ts';
import { lastLines, whyNot } from './process-answer.ts';

type Ctx = Pick<Context, 'processes' | 'clock'>;

const LOOK_MS = 5_000;
const GONE_EVERY_MS = 100;

export function createManagedDriver<C extends Component>(ctx: Ctx, argv: ArgvOf<C>): Driver {
  const { processes } = ctx;

  async function act(
    argvOf: (component: C) => readonly [string, ...string[]],
    component: C,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Acted> {
    const result = await processes.run({ argv: argvOf(component), timeoutMs, signal });
    return result.ok
      ? { ok: true }
      : { ok: false, reason: whyNot(argvOf(component)[0], result), output: lastLines(result) };
  }

  const driver: Driver = {
    // Each look is a process of its own.
    lookEveryMs: 1_000,
    look: async (component, signal) => {
      const result = await processes.run({ argv: argv.look(component as C), timeoutMs: LOOK_MS, signal });
      return result.failure !== null ? 'unknown' : argv.presence(result.exitCode, result.stdout.head, component as C);
    },
    start: (component, signal) => act(argv.start, component as C, component.startTimeoutMs, signal),
    stop: async (component, signal) => {
      const told = await act(argv.stop, component as C, component.stopTimeoutMs, signal);
      return told.ok ? waitUntilGone(component, signal) : told;
    },
    lastOutput: async (component, signal) => {
      const result = await processes.run({ argv: argv.output(component as C), timeoutMs: LOOK_MS, signal });
      return lastLines(result);
    },
  };

  /** Being told to stop is not having stopped. */
  async function waitUntilGone(component: Component, signal: AbortSignal): Promise<Acted> {
    const deadline = ctx.clock.monotonicMs() + component.stopTimeoutMs;
    for (;;) {
      if ((await driver.look(component, signal)) === 'stopped') return { ok: true };
      if (ctx.clock.monotonicMs() >= deadline) {
        return {
          ok: false,
          reason: 'is still there after it was told to stop',
          output: await driver.lastOutput(component, signal),
        };
      }
      await ctx.clock.sleep(GONE_EVERY_MS, signal);
    }
  }

  return driver;
}
