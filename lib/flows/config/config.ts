// `config`: what is in force, where it came from, what is wrong with it.

import { count } from '../../base/count.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { nearest } from '../../base/nearest.ts';
import type { Paint } from '../../base/paint.ts';
import { oneLine } from '../../base/sanitize.ts';
import { tableLines } from '../../base/table.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import type { EffectiveValue } from '../../services/config/effective.ts';
import { probeMistakes } from '../probe/plan.ts';

type Ctx = Pick<Context, 'config' | 'configSources' | 'configFiles' | 'configWarnings' | 'configReference'>;

export async function browseConfig(ctx: Ctx, invocation: Invocation): Promise<Outcome> {
  if (invocation.verb === 'check') return check(ctx);
  return invocation.on('defaults') ? showDefaults(ctx) : show(ctx, invocation);
}

async function show(ctx: Ctx, invocation: Invocation): Promise<Outcome> {
  const all = (await ctx.configReference()).effective(ctx.config, ctx.configSources);
  const rows = all.filter((row) => !invocation.on('changed') || row.source !== 'default');
  const chosen = choose(rows, all, invocation.args[0]);
  return {
    exit: EXIT.ok,
    summary: `${chosen.length} values`,
    report: { schema: 'mdops.config/1', files: ctx.configFiles, values: chosen.map((row) => ({ ...row })) },
    view: (paint, columns) => viewLines(ctx.configFiles, chosen, paint, columns),
  };
}

function choose(rows: readonly EffectiveValue[], all: readonly EffectiveValue[], key: string | undefined) {
  if (key === undefined) return rows;
  const matches = ({ path }: EffectiveValue): boolean => path === key || path.startsWith(`${key}.`);
  if (all.some(matches)) return rows.filter(matches);
  const known = all.flatMap(({ path }) =>
    path.split('.').map((_part, index, parts) => parts.slice(0, index + 1).join('.')),
  );
  const near = nearest(key, [...new Set(known)]);
  throw new Fault('unknown configuration key', `There is no configuration key "${oneLine(key, 80)}"`, {
    exit: EXIT.usage,
    hint: near === undefined ? 'mdops config show lists all of them' : `did you mean "${near}"?`,
  });
}

function viewLines(
  files: readonly string[],
  rows: readonly EffectiveValue[],
  paint: Paint,
  columns: number,
): readonly string[] {
  const heads = [{ title: 'KEY' }, { title: 'VALUE' }, { title: 'SOURCE' }];
  const longest = Math.max(20, columns - 60);
  const cells = rows.map(({ path, value, source }) => [
    path,
    value === null ? paint.faint('unset') : oneLine(value, longest),
    source === 'default' ? paint.faint(source) : paint.accent(source),
  ]);
  return [
    files.length === 0 ? 'no config file: built-in defaults' : `read: ${files.join(', ')}`,
    ...tableLines(heads, cells),
  ];
}

async function showDefaults(ctx: Ctx): Promise<Outcome> {
  const file = (await ctx.configReference()).commentedFile();
  return {
    exit: EXIT.ok,
    summary: 'the commented file',
    report: { schema: 'mdops.config-file/1', file },
    view: () => file.trimEnd().split('\n'),
  };
}

/** A mistake in a probe ends no other command, so nobody has told it before. */
function refuseProbes({ config }: Ctx): void {
  const mistakes = probeMistakes(config.probes);
  if (mistakes.length === 0) return;
  throw new Fault(
    'configuration invalid',
    `Cannot probe with this configuration: ${count(mistakes.length, 'mistake')}\n  ${mistakes.join('\n  ')}`,
    {
      exit: EXIT.config,
      hint: 'mdops probe --help says how objectives are written',
      facts: { mistakes },
    },
  );
}

/** Errors have ended the run before it came here; they name every mistake. */
function check(ctx: Ctx): Outcome {
  const { configFiles, configWarnings } = ctx;
  refuseProbes(ctx);
  const read = configFiles.length === 0 ? 'built-in defaults' : configFiles.join(', ');
  const isClean = configWarnings.length === 0;
  const summary = `${read}: ${isClean ? 'no mistakes' : count(configWarnings.length, 'warning')}`;
  return {
    exit: isClean ? EXIT.ok : EXIT.warning,
    summary,
    report: {
      schema: 'mdops.config-check/1',
      files: configFiles,
      warnings: configWarnings.map((found) => ({ ...found })),
    },
    view: (paint) => [isClean ? paint.good(summary) : paint.warn(summary)],
  };
}
