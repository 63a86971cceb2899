// The configuration of a run: as it was kept when nothing that it is read from has changed, else read afresh.

import type { Secret } from '../../base/secret.ts';
import type { Config } from './config.ts';
import type { Diagnostic } from './diagnostics.ts';
import { findKept } from './kept.ts';
import type { Source } from './sources.ts';
import { cacheDirectory, environmentOf, type LoadRequest, mainFile, meetFile, sensitiveOf } from './surroundings.ts';

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

/** Never throws: what is wrong is in the diagnostics. */
export async function loadConfig(request: LoadRequest): Promise<LoadedConfig> {
  const main = await meetFile(request.files, mainFile(request).path);
  const directory = cacheDirectory(request, main?.path ?? '', main?.text ?? '');
  const kept = main === undefined ? undefined : await findKept(request, directory, main);
  if (kept !== undefined) {
    return { ...kept, diagnostics: [], sensitive: sensitiveOf({}, environmentOf(request.environment)) };
  }
  const { loadAfresh } = await import('./load-afresh.ts');
  const { loaded, met } = await loadAfresh(request);
  if (loaded.diagnostics.length === 0) await (await import('./keep.ts')).keepConfig(request, directory, met, loaded);
  return loaded;
}
