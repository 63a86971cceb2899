// Kernel locks of a host: gone with the program that held them.

import type { Holder, Locks } from '../../effects/locks.ts';
import type { Gate } from './gate.ts';
import type { Host } from './host.ts';

export function createSimLocks(host: Host, program: object, gate: Gate): Locks {
  return {
    acquire: (name, holder) =>
      gate.pass('lock', name, () => {
        const held = host.locks.get(name);
        if (held !== undefined)
          return { held: false as const, holder: asHolder(held.holder, host.monotonicMs() - held.sinceMs) };
        const { run_id, command, operator, host: on, pid } = holder;
        host.locks.set(name, {
          program,
          holder: { run_id, command, operator, host: on, pid },
          sinceMs: host.monotonicMs(),
        });
        return { held: true as const, release: () => gate.pass('unlock', name, () => void host.locks.delete(name)) };
      }),
    isHeld: (name) => gate.pass('look', name, () => host.locks.has(name)),
  };
}

/** What the kernel does when a program ends, however it ends. */
export function releaseAll(host: Host, program: object): void {
  for (const [name, held] of host.locks) if (held.program === program) host.locks.delete(name);
}

function asHolder(holder: Omit<Holder, 'age_ms'>, ageMs: number): Holder {
  return { ...holder, age_ms: Math.round(ageMs) };
}
