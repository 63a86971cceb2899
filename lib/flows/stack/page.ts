// The page of a stack: opened where there is a display, named where there is none.

import type { Outcome } from '../../run/command.ts';
import type { Invocation } from '../../run/invocation.ts';
import type { StackContext } from './stack-context.ts';

/** Opens the page where there is a display, and says where it is where there is none. */
export async function withPage(
  ctx: StackContext,
  invocation: Invocation,
  outcome: Outcome,
  url: string | undefined,
): Promise<Outcome> {
  if (!invocation.on('open') || url === undefined) return outcome;
  const hasDisplay = ['DISPLAY', 'WAYLAND_DISPLAY'].some((name) => (ctx.environment.get(name) ?? '') !== '');
  const isOpened =
    hasDisplay &&
    (await ctx.processes.run({ argv: ['xdg-open', url], env: displayOf(ctx), timeoutMs: 5_000, signal: ctx.signal }))
      .ok;
  const line = isOpened ? `opened ${url}` : `open ${url}`;
  const { view, summary } = outcome;
  return {
    ...outcome,
    report: { ...outcome.report, page: url },
    view: (paint, columns) => [...(view?.(paint, columns) ?? [summary]), paint.strong(line)],
  };
}

function displayOf({ environment }: StackContext): Record<string, string> {
  const names = ['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = environment.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
