// Which stack is meant: that of this host, if it is up, or the one that flags and configuration name.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { Invocation } from '../../run/invocation.ts';
import { loadManaged } from './managed/managed-stack.ts';
import { loadRecord } from './run-stack.ts';
import type { StackAddresses, StackContext, StackRecord } from './stack-context.ts';

/** Of the native stack among the state documents. */
export const NAME = 'stack';

export async function findRunning(ctx: StackContext): Promise<StackRecord | null> {
  const record = await loadRecord(ctx, NAME);
  return record !== null && (await findDead(ctx, record)).length === 0 ? record : null;
}

/** Names of the parts that do not run, or that a killed run never came to start. */
export async function findDead(ctx: StackContext, { processes, urls }: StackRecord): Promise<string[]> {
  const alive = new Set<string>();
  for (const one of processes) if (await ctx.processes.isAlive(one)) alive.add(one.name);
  return processes.length === 0 ? ['everything'] : Object.keys(urls).filter((name) => !alive.has(name));
}

/** Those of the flags, else of the stack of this host, else of the configuration. */
export async function addressesOf(ctx: StackContext, invocation: Invocation): Promise<StackAddresses> {
  const { pushgateway, prometheus, alertmanager } = ctx.config.remotes;
  const configured = { pushgateway: pushgateway.url, prometheus: prometheus.url, alertmanager: alertmanager.urls[0] };
  const own = (await findRunning(ctx))?.addresses ?? (await loadManaged(ctx))?.addresses ?? null;
  const isOf = (name: keyof typeof configured): boolean => own !== null && !invocation.isSet(`${name}-url`);
  const addresses = {
    pushgateway: isOf('pushgateway') ? own?.pushgateway : configured.pushgateway,
    prometheus: isOf('prometheus') ? own?.prometheus : configured.prometheus,
    alertmanager: isOf('alertmanager') ? own?.alertmanager : configured.alertmanager,
  };
  const missing = Object.entries(addresses).filter(([, url]) => url === undefined);
  if (missing.length === 0) {
    // Stand-ins are told by the Alertmanager of their own stack.
    const receivers = isOf('alertmanager') ? (own?.receivers ?? null) : null;
    return { ...(addresses as Omit<StackAddresses, 'receivers'>), receivers };
  }
  throw new Fault(
    'stack not found',
    `Cannot find the stack: none is up here, and ${missing.map(([name]) => name).join(', ')} have no address`,
    {
      exit: EXIT.unavailable,
      hint: 'run "mdops stack up", or give --pushgateway-url, --prometheus-url and --alertmanager-url',
    },
  );
}
