// What loading gives: the configuration, where it came from, and the files that were met on the way.

import type { Secret } from '../../base/secret.ts';
import type { Config } from './config.ts';
import type { Diagnostic } from './diagnostics.ts';
import type { Source } from './sources.ts';

export interface LoadedConfig {
  /** Complete and typed only when no diagnostic is an error. */
  readonly config: Config;
  /** By dotted key; a key that is not in it has its default. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly diagnostics: readonly Diagnostic[];
  /** The config files that were read, the one that wins first. */
  readonly read: readonly string[];
  /** Secrets that are no configuration but may be met in what components say: to be masked. */
  readonly sensitive: readonly Secret[];
}

/** A config file as it was met; `text` is null where there was none. */
export interface MetFile {
  readonly path: string;
  readonly text: string | null;
  readonly isWorldReadable: boolean;
}
