// The machine's clock.

import { readFileSync } from 'node:fs';
import type { Clock } from './clock.ts';

// Node fires timers above 2^31-1 ms at once; longer waits are made of several.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createClock(): Clock {
  let boot: string | undefined;
  return {
    wallMs: () => Date.now(),
    monotonicMs,
    bootId: () => {
      boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      return boot;
    },
    sleep,
  };
}

function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + Math.floor(nanoseconds / 1_000) / 1_000;
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    let timer: NodeJS.Timeout;
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const wait = (rest: number): void => {
      timer = setTimeout(
        () => {
          if (rest > LONGEST_TIMER_MS) {
            wait(rest - LONGEST_TIMER_MS);
            return;
          }
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
        Math.min(rest, LONGEST_TIMER_MS),
      );
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    wait(Math.max(0, ms));
  });
}
