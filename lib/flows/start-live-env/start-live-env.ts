// `start-live-env`: which verb does what; failover and its kin are a command of their own.

import { EXIT } from '../../base/exit-codes.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { restart, stop } from './stop.ts';

const VERBS = {
  start,
  stop,
  restart,
  status,
  failover: handOver('to-backup'),
  failback: handOver('to-primary'),
  drill: handOver('drill'),
} satisfies Record<string, (ctx: Context, invocation: Invocation) => Promise<Outcome>>;

export async function startLiveEnv(ctx: Context, invocation: Invocation): Promise<Outcome> {
  return VERBS[(invocation.verb ?? 'start') as keyof typeof VERBS](ctx, invocation);
}

const PASSED_ON = ['json', 'dry-run', 'yes', 'no-input', 'no-color', 'skip-metrics'] as const;
const PASSED_ON_WITH_VALUE = ['config', 'log-dir', 'log-level', 'timeout'] as const;

function handOver(verb: string) {
  return async (ctx: Context, invocation: Invocation): Promise<Outcome> => {
    const switches = PASSED_ON.filter((flag) => invocation.on(flag)).map((flag) => `--${flag}`);
    const values = PASSED_ON_WITH_VALUE.flatMap((flag) => {
      const value = invocation.typed[flag];
      return value === undefined ? [] : [`--${flag}=${String(value)}`];
    });
    const argv = [verb, `--profile=${ctx.config.profile}`, ...values, ...switches];
    return {
      exit: EXIT.ok,
      summary: `handing over to failover ${verb}`,
      report: { schema: 'mdops.hand-over/1', command: 'failover', argv },
      handOver: { command: 'failover', argv, env: {} },
    };
  };
}
