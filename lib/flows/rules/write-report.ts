// The JUnit file that `--junit` asks for.

import { resolve } from 'node:path';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';

export async function writeReport(
  { files, environment }: Pick<Context, 'files' | 'environment'>,
  invocation: Invocation,
  render: () => string,
): Promise<void> {
  const file = invocation.text('junit');
  if (file === undefined) return;
  await files.replace(resolve(environment.cwd, file), render(), { durable: false, mode: 0o644 });
}
