// A host: its disk, its clock, the kernel locks of its living programs.

import type { Holder } from '../../effects/locks.ts';
import { createDisk, type Disk } from './disk.ts';
import type { Scheduler } from './scheduler.ts';

export interface Host {
  readonly name: string;
  readonly disk: Disk;
  readonly locks: Map<string, HeldLock>;
  wallMs(): number;
  monotonicMs(): number;
  bootId(): string;
  /** An operator, or NTP, sets the wall clock. */
  stepWall(byMs: number): void;
  reboot(): void;
}

export interface HeldLock {
  readonly program: object;
  readonly holder: Omit<Holder, 'age_ms'>;
  readonly sinceMs: number;
}

export interface HostSetup {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly startWallMs: number;
  /** 1.001 gains a millisecond a second. */
  readonly drift?: number;
}

export function createHost({ name, scheduler, startWallMs, drift = 1 }: HostSetup): Host {
  let stepMs = 0;
  let boots = 1;
  let bootedMs = -3_600_000;
  const wallMs = (): number => Math.floor(startWallMs + stepMs + scheduler.nowMs() * drift);
  return {
    name,
    disk: createDisk(wallMs),
    locks: new Map(),
    wallMs,
    monotonicMs: () => (scheduler.nowMs() - bootedMs) * drift,
    bootId: () => `${name}-boot-${boots}`,
    stepWall: (byMs) => {
      stepMs += byMs;
    },
    reboot: () => {
      boots += 1;
      bootedMs = scheduler.nowMs();
    },
  };
}
