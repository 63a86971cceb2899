// `rules generate`: every file that is made of a platform's data, written where it belongs.

import { basename, dirname, join } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { compilePlatform } from '../../domain/platform/compile.ts';
import type { GeneratedFile } from '../../domain/platform/generated-file.ts';
import type { Outcome } from '../../run/command.ts';
import type { Invocation } from '../../run/invocation.ts';
import { homeDirectory, platformDirectory, platformNames } from './platforms.ts';
import type { RulesContext } from './rule-set.ts';

export async function generateRules(ctx: RulesContext, invocation: Invocation): Promise<Outcome> {
  const names = invocation.args.length > 0 ? invocation.args.map((path) => basename(path)) : await platformNames(ctx);
  const problems: string[] = [];
  const written: string[] = [];
  let count = 0;
  for (const name of names) {
    const compiled = await compile(ctx, name);
    problems.push(...compiled.problems);
    count += compiled.files?.length ?? 0;
    for (const file of compiled.files ?? []) if (await write(ctx, file)) written.push(file.path);
  }
  const summary = `${count} files of ${names.join(', ')}: ${written.length} written, ${problems.length} mistakes`;
  return {
    exit: problems.length === 0 ? EXIT.ok : EXIT.critical,
    summary,
    report: { schema: 'mdops.rules-generate/1', files: count, written, problems },
    view: (paint) => [
      ...problems.map((problem) => paint.bad(problem)),
      ...written.map((path) => `${path} written`),
      problems.length === 0 ? paint.good(summary) : paint.bad(summary),
    ],
  };
}

async function compile(ctx: RulesContext, name: string): ReturnType<typeof compilePlatform> {
  const directory = await platformDirectory(ctx, name);
  const slos = join(directory, 'slos.yml');
  return compilePlatform({
    folder: `config/platforms/${name}`,
    catalogue: await ctx.files.readText(join(directory, 'catalogue.yml')),
    slos: (await ctx.files.info(slos)) === null ? null : await ctx.files.readText(slos),
  });
}

/** True when the file was not there as it should be. */
async function write(ctx: RulesContext, { path, text }: GeneratedFile): Promise<boolean> {
  const full = join(await homeDirectory(ctx), path);
  if ((await ctx.files.info(full)) !== null && (await ctx.files.readText(full)) === text) return false;
  await ctx.files.makeDirectory(dirname(full));
  await ctx.files.replace(full, text, { durable: false, mode: 0o644 });
  return true;
}
