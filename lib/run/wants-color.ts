// Whether output is painted: only for a terminal, never against the operator's wish.

import type { Invocation } from './invocation.ts';
import type { Effects } from './real-effects.ts';

export function wantsColor(
  invocation: Invocation,
  { terminal, environment }: Pick<Effects, 'terminal' | 'environment'>,
): boolean {
  if (invocation.on('no-color') || environment.get('NO_COLOR') !== undefined) return false;
  if (environment.get('TERM') === 'dumb') return false;
  return terminal.stderrIsTty || terminal.stdoutIsTty;
}
