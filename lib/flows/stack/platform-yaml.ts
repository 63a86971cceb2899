// A platform's own YAML, as it lies there: what cannot be read is refused before anything is made of it.

import { join } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { isRecord } from '../../base/json.ts';
import { parseYaml } from '../../base/yaml.ts';
import type { StackContext } from './stack-context.ts';

export async function readPlatformYaml(
  { files }: Pick<StackContext, 'files'>,
  platform: string,
  name: string,
): Promise<Readonly<Record<string, unknown>>> {
  const path = join(platform, name);
  const { value, problems } = await parseYaml(await files.readText(path));
  const [problem] = problems;
  if (problem !== undefined) throw unreadable(`${path}:${problem.line}`, `${problem.path} ${problem.message}`.trim());
  if (!isRecord(value)) throw unreadable(path, 'is no mapping');
  return value;
}

export function unreadable(place: string, why: string): Fault {
  return new Fault('platform unreadable', `Cannot use ${place}: ${why}`, {
    exit: EXIT.config,
    hint: 'nothing was changed; run "mdops rules check"',
  });
}
