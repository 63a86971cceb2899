// The JUnit file that `--junit` asks for.

import { dirname, resolve } from 'node:path';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';

export async function writeReport(
  { files, environment }: Pick<Context, 'files' | 'environment'>,
  invocation: Invocation,
  render: () => string,
): Promise<void> {
  const file = invocation.text('junit');
  if (file === undefined) return;
  const path = resolve(environment.cwd, file);
  // Whoever names `reports/smoke.xml` wants both.
  await files.makeDirectory(dirname(path));
  await files.replace(path, render(), { durable: false, mode: 0o644 });
}
