// The variables that components may ask for: the process environment, and `--env-file` where it is silent.

import { resolve } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault, systemCode } from '../../base/fault.ts';
import { parseEnvFile } from '../../domain/env-file/parse.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import type { Variables } from './component.ts';

export async function readVariables(
  ctx: Pick<Context, 'environment' | 'files'>,
  invocation: Invocation,
): Promise<Variables> {
  const given = new Map(Object.entries(ctx.environment.all()));
  const named = invocation.text('env-file');
  if (named === undefined) return given;
  const path = resolve(ctx.environment.cwd, named);
  const text = await ctx.files.readText(path).catch((error: unknown) => {
    throw new Fault('variables unreadable', `Cannot read "${path}" (${systemCode(error) ?? 'unknown error'})`, {
      exit: EXIT.config,
      hint: 'name the file with --env-file FILE',
    });
  });
  const { variables, findings } = parseEnvFile(text);
  const [mistake] = findings.filter(({ severity }) => severity === 'error');
  if (mistake !== undefined) {
    throw new Fault('variables invalid', `${path}:${mistake.line}: ${mistake.name} ${mistake.problem}`, {
      exit: EXIT.config,
      hint: `${mistake.advice}; mdops validate-env --source ${named} tells everything`,
    });
  }
  const fromFile = [...variables].map(([name, { value }]) => [name, value] as const);
  return new Map([...fromFile, ...given]);
}
