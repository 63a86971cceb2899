// A program's clock: its host's wall and monotonic time, and sleeps that a dead program never wakes from.

import type { Clock } from '../../effects/clock.ts';
import type { Gate } from './gate.ts';
import type { Host } from './host.ts';
import type { Scheduler } from './scheduler.ts';

export function createSimClock(host: Host, scheduler: Scheduler, gate: Gate): Clock {
  return {
    wallMs: () => host.wallMs(),
    monotonicMs: () => host.monotonicMs(),
    bootId: () => host.bootId(),
    sleep: (ms, signal) => sleep(scheduler, gate, ms, signal),
  };
}

export function sleep(
  scheduler: Scheduler,
  gate: Pick<Gate, 'isAlive'> & Partial<Pick<Gate, 'frozenMs'>>,
  ms: number,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      takeBack();
      if (gate.isAlive) reject(signal?.reason);
    };
    let takeBack: () => void;
    const wake = (): void => {
      const frozenMs = gate.frozenMs?.() ?? 0;
      if (frozenMs > 0) {
        takeBack = scheduler.after(frozenMs, wake);
        return;
      }
      signal?.removeEventListener('abort', onAbort);
      if (gate.isAlive) resolve();
    };
    takeBack = scheduler.after(ms, wake);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
