// A command: its declaration, what it locks and records, and the flow behind it.

import type { ExitCode } from '../base/exit-codes.ts';
import type { JsonObject } from '../base/json.ts';
import type { Paint } from '../base/paint.ts';
import type { Traffic } from '../effects/real-http.ts';
import type { Config } from '../services/config/config.ts';
import type { Context } from './context.ts';
import type { CommandData } from './declaration.ts';
import type { Invocation } from './invocation.ts';

/** What a run acts on. `exclusive` holds the target's lock: at most one such run per target on a host. */
export interface Target {
  readonly name: string;
  readonly exclusive: boolean;
}

export interface Command extends CommandData {
  /** `'none'` is for looking things up (`runs list`, `config show`): no journal, no log, no metrics. */
  readonly records: 'run' | 'none' | ((invocation: Invocation) => 'run' | 'none');
  readonly target?: (invocation: Invocation, config: Config) => Target | null;
  /** For runs that change something people watch: one chat message and one region on the dashboards. */
  readonly announces?: (invocation: Invocation) => boolean;
  /** `pooled` for commands that poll or load a remote: undici's pool, dearer to start, cheaper to keep going. */
  readonly traffic?: Traffic;
  readonly load: () => Promise<Flow>;
}

export type Flow = (ctx: Context, invocation: Invocation) => Promise<Outcome>;

/** What a flow answers. Unhealthy is an answer, not an exception. */
export interface Outcome {
  readonly exit: ExitCode;
  /** One line: what was done or found. */
  readonly summary: string;
  /** The `--json` document. */
  readonly report: JsonObject;
  /** The human answer, line by line; the summary alone when absent. */
  readonly view?: (paint: Paint, columns: number) => readonly string[];
  /** The flow waited for Ctrl-C: a signal was its regular end, not a cancellation. */
  readonly endsBySignal?: boolean;
  /** Another command that takes over from here, in this terminal; its exit code is the answer. */
  readonly handOver?: HandOver;
}

export interface HandOver {
  readonly command: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where it runs; here when absent. */
  readonly cwd?: string;
}
