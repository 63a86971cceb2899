// The configuration of a run, or one fault that names every mistake in it.

import { dirname, join } from 'node:path';
import { EXIT } from '../base/exit-codes.ts';
import { Fault } from '../base/fault.ts';
import { formatDiagnostic } from '../services/config/diagnostics.ts';
import { loadConfig } from '../services/config/load.ts';
import type { LoadedConfig } from '../services/config/loaded.ts';
import type { Invocation } from './invocation.ts';
import type { Effects } from './real-effects.ts';
import type { Program } from './run-request.ts';

export async function loadCheckedConfig(
  effects: Effects,
  invocation: Invocation,
  program: Program,
): Promise<LoadedConfig> {
  const { files, environment } = effects;
  const loaded = await loadConfig({
    files,
    environment,
    flags: withMock(invocation),
    shipped: join(dirname(program.directory), 'config'),
    keepCache: !invocation.on('dry-run'),
    kept: { command: invocation.command, edition: program.edition },
  });
  const errors = loaded.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  if (errors.length === 0) return loaded;
  const isUsage = errors.every((diagnostic) => diagnostic.origin === 'flag');
  const lines = errors.map((diagnostic) => `\n  ${formatDiagnostic(diagnostic)}`).join('');
  const count = errors.length === 1 ? 'a mistake' : `${errors.length} mistakes`;
  const { command } = invocation;
  const facts = { diagnostics: errors };
  if (isUsage) {
    const hint = `mdops ${command} --help`;
    throw new Fault('usage', `Cannot run ${command}: ${count} in its flags${lines}`, { exit: EXIT.usage, hint, facts });
  }
  throw new Fault('configuration invalid', `Cannot run ${command}: ${count} in the configuration${lines}`, {
    exit: EXIT.config,
    hint: 'mdops config check shows all of them; mdops config show prints what is in force',
    runbook: 'runbooks/production-runbook.md#7-failure-matrix',
    facts,
  });
}

/** `--mock` is the embedded environment and nothing else: the same flows on another profile. */
function withMock(invocation: Invocation): Invocation['typed'] {
  const { typed } = invocation;
  if (typed['mock'] !== true) return typed;
  if (typed['profile'] !== undefined && typed['profile'] !== 'sim') {
    throw new Fault('usage', `--mock and --profile ${String(typed['profile'])} contradict each other; give one`, {
      exit: EXIT.usage,
      hint: `mdops ${invocation.command} --help`,
    });
  }
  return { ...typed, profile: 'sim' };
}
