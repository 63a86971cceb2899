// Components that systemd, Compose or Kubernetes own: their programs are asked and told.

import type { Context } from '../../../run/context.ts';
import { type Component, type Variables, variablesFor } from '../component.ts';
import type { ArgvOf } from './argv-table.ts';
import type { Acted, Driver } from './driver.ts';
import { lastLines, whyNot } from './process-answer.ts';

type Ctx = Pick<Context, 'processes'>;

const LOOK_MS = 5_000;

/** The manager's program gets the variables that the component asks for: `KUBECONFIG`, what a Compose file mentions. */
export function createManagedDriver<C extends Component>(ctx: Ctx, argv: ArgvOf<C>, variables: Variables): Driver {
  const { processes } = ctx;

  async function act(
    argvOf: (component: C) => readonly [string, ...string[]],
    component: C,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Acted> {
    const env = variablesFor(component, variables);
    const result = await processes.run({ argv: argvOf(component), env, timeoutMs, signal });
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
        env: variablesFor(component, variables),
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
        env: variablesFor(component, variables),
        timeoutMs: LOOK_MS,
        signal,
        isProbe: true,
      });
      return lastLines(result);
    },
  };
}
