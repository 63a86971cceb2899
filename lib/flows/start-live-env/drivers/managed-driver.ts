// Components that systemd, Compose or Kubernetes own: their programs are asked and told.

import type { Context } from '../../../run/context.ts';
import type { Component } from '../component.ts';
import type { ArgvOf } from './argv-table.ts';
import type { Acted, Driver } from './driver.ts';
import { lastLines, whyNot } from './process-answer.ts';

type Ctx = Pick<Context, 'processes'>;

const LOOK_MS = 5_000;

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

  return {
    // Each look is a process of its own.
    lookEveryMs: 1_000,
    look: async (component, signal) => {
      const result = await processes.run({
        argv: argv.look(component as C),
        timeoutMs: LOOK_MS,
        signal,
        isProbe: true,
      });
      return result.failure !== null ? 'unknown' : argv.presence(result.exitCode, result.stdout.head, component as C);
    },
    // Its manager knows.
    settle: async () => {},
    start: (component, signal) => act(argv.start, component as C, component.startTimeoutMs, signal),
    stop: (component, signal) => act(argv.stop, component as C, component.stopTimeoutMs, signal),
    lastOutput: async (component, signal) => {
      const result = await processes.run({
        argv: argv.output(component as C),
        timeoutMs: LOOK_MS,
        signal,
        isProbe: true,
      });
      return lastLines(result);
    },
  };
}
