// What can be said about the configuration itself: its keys, its commented file, whether variables suit it.

import { renderCommentedFile } from './commented-file.ts';
import type { Config } from './config.ts';
import type { Diagnostic } from './diagnostics.ts';
import { type EffectiveValue, effectiveValues } from './effective.ts';
import { normalizeConfig } from './normalize.ts';
import type { Source } from './sources.ts';

export interface ConfigReference {
  effective(config: Config, sources: ReadonlyMap<string, Source>): readonly EffectiveValue[];
  commentedFile(): string;
  /** What the configuration would say to these variables; files that they name are not looked at. */
  judgeVariables(variables: Readonly<Record<string, string>>, workingDirectory: string): readonly Diagnostic[];
}

export const CONFIG_REFERENCE: ConfigReference = {
  effective: effectiveValues,
  commentedFile: renderCommentedFile,
  judgeVariables: (env, workingDirectory) =>
    normalizeConfig({ files: [], env, flags: {}, workingDirectory, secrets: new Map() }).diagnostics,
};
