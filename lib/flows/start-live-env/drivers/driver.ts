// How one kind of component is looked at, started and stopped.

import type { Component } from '../component.ts';

/** `unknown`: this driver cannot tell; readiness decides. */
export type Presence = 'running' | 'stopped' | 'unknown';

export type Acted =
  | { readonly ok: true }
  /** `output`: the last lines it said. */
  | { readonly ok: false; readonly reason: string; readonly output: readonly string[] };

export interface Driver {
  /** Reads only, and quickly. */
  look(component: Component, signal: AbortSignal): Promise<Presence>;
  /** Ends what a killed run had begun to start and not yet written down, and what a dead component left behind; before any start or stop. */
  settle(component: Component): Promise<void>;
  /** Resolves once started, which is long before it is ready. */
  start(component: Component, signal: AbortSignal): Promise<Acted>;
  /** Resolves once told; whether it is gone is looked at afterwards. */
  stop(component: Component, signal: AbortSignal): Promise<Acted>;
  lastOutput(component: Component, signal: AbortSignal): Promise<readonly string[]>;
  /** Looking costs a process: not more often than this. */
  readonly lookEveryMs: number;
}
