// What the frame was asked to run, and with what.

import type { Cancellation } from '../effects/cancellation.ts';
import type { LoadedConfig } from '../services/config/loaded.ts';
import type { Command } from './command.ts';
import type { Invocation } from './invocation.ts';
import type { Effects } from './real-effects.ts';

export interface Program {
  readonly version: string;
  /** Of this build: what another one kept is not used. */
  readonly edition: string;
  /** Where the built files lie. */
  readonly directory: string;
}

export interface RunRequest {
  readonly command: Command;
  readonly invocation: Invocation;
  readonly program: Program;
  readonly effects: Effects;
  readonly loaded: LoadedConfig;
  readonly cancellation: Cancellation;
}
