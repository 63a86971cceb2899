// Prometheus, Pushgateway and Alertmanager for the demo, in quick motion and told to stand-ins; or why there are none.

import { isRecord, own } from '../../base/json.ts';
import type { Operate } from './operate.ts';

export interface DemoStack {
  readonly urls: Readonly<Record<string, string>>;
  readonly pushgateway: string;
  readonly receivers: string;
}

export type BroughtUp =
  | { readonly stack: DemoStack; readonly durationMs: number }
  | { readonly stack: null; readonly reason: string };

/** Durations are divided by this, so that a minute of waiting is a second. */
const SPEED = '60';

export async function bringStackUp(operate: Operate): Promise<BroughtUp> {
  const ran = await operate(['stack', 'up', '--speed', SPEED, '--stand-ins']);
  const urls = own(ran.document, 'urls');
  const address = (name: string): string | null => {
    const value = isRecord(urls) ? own(urls, name) : undefined;
    return typeof value === 'string' ? value : null;
  };
  const [pushgateway, receivers] = [address('pushgateway'), address('receivers')];
  if (ran.exit !== 0 || pushgateway === null || receivers === null) return { stack: null, reason: ran.lastWords };
  return { stack: { urls: urls as Record<string, string>, pushgateway, receivers }, durationMs: ran.durationMs };
}
