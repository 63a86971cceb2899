// The configuration of a run: as it was kept when nothing that it is read from has changed, else read afresh.

import { findKept } from './kept.ts';
import type { LoadedConfig } from './loaded.ts';
import { cacheDirectory, environmentOf, type LoadRequest, mainFile, meetFile, sensitiveOf } from './surroundings.ts';

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
