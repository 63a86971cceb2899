// The gate before every effect of a program: here it dies, here others get their turn, here the world is judged.

import type { Chance } from './chance.ts';
import type { Scheduler } from './scheduler.ts';

/** At which of its effects a program dies: before the effect happens, or after it and before it hears of it. */
export interface CrashPoint {
  readonly effect: number;
  readonly when: 'before' | 'after';
}

export interface Gate {
  /** Does the effect; a dead program waits for ever. */
  pass<T>(kind: string, what: string, act: () => T | Promise<T>): Promise<T>;
  /** For what cannot wait: terminal output, timers set. False when the program is dead. */
  readonly isAlive: boolean;
  kill(): void;
  /** SIGSTOP: nothing goes on until it is told to continue, and its clock goes on without it. */
  freeze(forMs: number): void;
  /** How long it will still stand still. */
  frozenMs(): number;
  /** It changed something outside its effects. */
  noteChange(): void;
  effects(): number;
  /**
   * Before and after each effect, how often the world had changed by then, its own looks aside. Where two numbers are
   * equal, the program may die at either: whoever comes next finds the same world at the same time. Negative where it
   * never came.
   */
  places(): readonly number[];
}

/** Effects that change nothing but what their program knows. */
const LOOKS: ReadonlySet<string> = new Set(['read', 'look']);
const NEVER_CAME = -1;

export interface GateSetup {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly crash: CrashPoint | null;
  /** Share of effects before which others get a turn. */
  readonly yieldShare: number;
  readonly onEffect: (kind: string, what: string, outcome: string) => void;
  readonly onDeath: () => void;
}

export function createGate({ scheduler, chance, crash, yieldShare, onEffect, onDeath }: GateSetup): Gate {
  let isAlive = true;
  let count = 0;
  let looks = 0;
  const places: number[] = [];
  let frozenUntilMs = 0;
  const never = <T>(): Promise<T> => new Promise<T>(() => {});
  const kill = (): void => {
    if (!isAlive) return;
    isAlive = false;
    onDeath();
  };
  /** A look of another program counts as a change: what it does next may depend on who is alive. */
  const noteEffect = (kind: string): void => {
    scheduler.noteChange();
    if (LOOKS.has(kind)) looks += 1;
  };
  const mark = (effect: number, when: CrashPoint['when']): void => {
    places[2 * effect - (when === 'before' ? 2 : 1)] = scheduler.changes() - looks;
  };
  const diesAt = (effect: number, when: CrashPoint['when']): boolean => {
    mark(effect, when);
    return crash?.effect === effect && crash.when === when;
  };
  const frozenMs = (): number => Math.max(0, frozenUntilMs - scheduler.nowMs());
  const thawed = async (): Promise<void> => {
    while (frozenMs() > 0) {
      await new Promise<void>((resolve) => {
        scheduler.after(frozenMs(), resolve);
      });
    }
  };
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      scheduler.after(chance.between(0, 2), resolve);
    });
  return {
    get isAlive() {
      return isAlive;
    },
    kill,
    freeze: (forMs) => {
      frozenUntilMs = Math.max(frozenUntilMs, scheduler.nowMs() + forMs);
    },
    frozenMs,
    noteChange: () => scheduler.noteChange(),
    effects: () => count,
    places: () => Array.from({ length: 2 * count }, (_, at) => places[at] ?? NEVER_CAME),
    pass: async (kind, what, act) => {
      if (!isAlive) return never();
      count += 1;
      const own = count;
      if (chance.isTrue(yieldShare)) await pause();
      if (frozenMs() > 0) await thawed();
      if (!isAlive) return never();
      if (diesAt(own, 'before')) kill();
      if (!isAlive) return never();
      noteEffect(kind);
      try {
        const value = await act();
        if (frozenMs() > 0) await thawed();
        if (!isAlive) return never();
        onEffect(kind, what, 'done');
        if (diesAt(own, 'after')) kill();
        return isAlive ? value : never();
      } catch (error) {
        if (frozenMs() > 0) await thawed();
        if (!isAlive) return never();
        onEffect(kind, what, error instanceof Error ? error.message : String(error));
        if (diesAt(own, 'after')) kill();
        if (!isAlive) return never();
        throw error;
      }
    },
  };
}
