// Readiness of one component, asked once.

import { describeError } from '../../base/fault.ts';
import { findSample } from '../../domain/components/sample.ts';
import type { Context } from '../../run/context.ts';
import type { ProbeConfig } from '../../services/config/config.ts';
import { type Fillings, fill } from './component.ts';
import { whyNot } from './drivers/process-answer.ts';

type Ctx = Pick<Context, 'http' | 'sockets' | 'processes'>;

/** `detail` says what was seen, for the table and for the failure. */
export interface Readiness {
  readonly isReady: boolean;
  readonly detail: string;
}

type OfKind<K extends ProbeConfig['kind']> = Extract<ProbeConfig, { readonly kind: K }>;
type Asks = {
  readonly [K in ProbeConfig['kind']]: (
    ctx: Ctx,
    probe: OfKind<K>,
    fillings: Fillings,
    signal: AbortSignal,
  ) => Promise<Readiness>;
};

/** Never throws for what the component does; only a cancelled run ends it. */
export async function probeOnce(
  ctx: Ctx,
  probe: ProbeConfig,
  fillings: Fillings,
  signal: AbortSignal,
): Promise<Readiness> {
  const ask = ASKS[probe.kind] as (
    ctx: Ctx,
    probe: ProbeConfig,
    fillings: Fillings,
    signal: AbortSignal,
  ) => Promise<Readiness>;
  try {
    return await ask(ctx, probe, fillings, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { isReady: false, detail: reasonFirst(describeError(error)) };
  }
}

/** The reason is what differs between rows, and the end of a line is what a narrow table cuts. */
function reasonFirst(message: string): string {
  const [, url, reason] = /^Cannot GET (\S+): (.+)$/.exec(message) ?? [];
  return url === undefined || reason === undefined ? message : `${reason}: ${url}`;
}

const ASKS = {
  http: async ({ http }, { url, status, body, timeoutMs }, fillings, signal) => {
    const answer = await http.request({ method: 'GET', url, timeoutMs, signal });
    if (answer.status !== status)
      return { isReady: false, detail: `${url} answers ${answer.status}, wanted ${status}` };
    const [wanted = ''] = body === undefined ? [] : fill([body], fillings);
    if (!answer.text().includes(wanted)) return { isReady: false, detail: `${url} answers without "${wanted}"` };
    return { isReady: true, detail: `${url} answers ${status}` };
  },
  tcp: async (ctx, probe, _fillings, signal) => contact(ctx, probe, false, signal),
  nats: async (ctx, probe, _fillings, signal) => contact(ctx, probe, true, signal),
  command: async ({ processes }, { command, timeoutMs }, fillings, signal) => {
    const argv = fill(command, fillings) as [string, ...string[]];
    const result = await processes.run({ argv, timeoutMs, signal, isProbe: true });
    return { isReady: result.ok, detail: result.ok ? `${argv[0]} says ready` : whyNot(argv[0], result) };
  },
  metric: async ({ http }, { url, metric, labels, atLeast, timeoutMs }, _fillings, signal) => {
    // Pages of busy services are large; one series of them is enough.
    const answer = await http.request({ method: 'GET', url, timeoutMs, signal, maxBytes: 16_777_216 });
    if (answer.status !== 200) return { isReady: false, detail: `${url} answers ${answer.status}, wanted 200` };
    const value = findSample(answer.text(), metric, labels);
    if (value === null) return { isReady: false, detail: `${url} has no ${metric} with these labels` };
    return {
      isReady: value >= atLeast,
      detail: `${metric} is ${value}${value >= atLeast ? '' : `, wanted ${atLeast}`}`,
    };
  },
} satisfies Asks;

async function contact(
  ctx: Ctx,
  probe: OfKind<'tcp'> | OfKind<'nats'>,
  wantsGreeting: boolean,
  signal: AbortSignal,
): Promise<Readiness> {
  const { address, timeoutMs } = probe;
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replace(/^\[|\]$/g, '');
  const result = await ctx.sockets.contact({
    host,
    port: Number(address.slice(at + 1)),
    timeoutMs,
    wantsGreeting,
    signal,
  });
  if (!result.ok) return { isReady: false, detail: `${address} ${result.reason}` };
  if (wantsGreeting && !result.greeting.startsWith('INFO '))
    return { isReady: false, detail: `${address} is no NATS server` };
  return { isReady: true, detail: `${address} ${wantsGreeting ? 'greets' : 'accepts'}` };
}
