// The objectives that a command line names.

import { EXIT } from '../../base/exit-codes.ts';
import { describeError, Fault } from '../../base/fault.ts';
import { readSloFile } from '../../domain/slo/read-specs.ts';
import type { Slo } from '../../domain/slo/slo.ts';
import type { Context } from '../../run/context.ts';

export interface Specs {
  readonly slos: readonly Slo[];
  /** Each with its file. */
  readonly problems: readonly string[];
}

const YAML = /\.ya?ml$/;
const HINT = 'name a file of objectives, or a directory of them';

export async function readSpecs(ctx: Pick<Context, 'files' | 'environment'>, paths: readonly string[]): Promise<Specs> {
  const files = (await Promise.all(paths.map((path) => filesOf(ctx, path)))).flat();
  const read = await Promise.all(files.map(async (file) => readSloFile(file, await readText(ctx, file))));
  const problems = read.flatMap(({ file, problems: found }) => found.map((problem) => `${file}: ${problem}`));
  const slos = read.flatMap((one) => one.slos);
  if (slos.length === 0 && problems.length === 0) {
    throw new Fault('objectives not found', `Cannot read objectives: there are none in ${paths.join(', ')}`, {
      exit: EXIT.usage,
      hint: HINT,
    });
  }
  const names = slos.map(({ service, name }) => `${service}-${name}`);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  const doubled = twice.map(
    (name) => `${name} is there twice, in two files or as service and name that join to the same`,
  );
  return { slos, problems: problems.length > 0 ? problems : doubled };
}

async function filesOf(
  { files, environment }: Pick<Context, 'files' | 'environment'>,
  path: string,
): Promise<string[]> {
  const full = path.startsWith('/') ? path : `${environment.cwd}/${path}`;
  if ((await files.info(full))?.kind !== 'directory') return [full];
  return (await files.list(full)).filter((name) => YAML.test(name)).map((name) => `${full}/${name}`);
}

async function readText({ files }: Pick<Context, 'files'>, file: string): Promise<string> {
  try {
    return await files.readText(file);
  } catch (error) {
    throw new Fault('objectives not readable', `Cannot read "${file}": ${describeError(error)}`, {
      exit: EXIT.usage,
      hint: HINT,
      cause: error,
    });
  }
}
