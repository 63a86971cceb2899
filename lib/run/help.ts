// Help pages, written by commander at build time: showing one at run time loads no package.

import { Command, Option } from 'commander';
import { EXIT_MEANINGS } from '../base/exit-codes.ts';
import type { CommandData, FlagData, FlagTable, PositionalData } from './declaration.ts';
import { GLOBAL_FLAGS } from './global-flags.ts';

const WIDTH = 100;

export function renderHelp(data: CommandData): string {
  const command = describe(data);
  const sections = [command.helpInformation().trimEnd()];
  if (data.verbs !== undefined) sections.push(section('Verbs:', verbRows(data)));
  sections.push(section('Global options:', describeFlags(GLOBAL_FLAGS)));
  sections.push(
    section(
      'Examples:',
      data.examples.map((example) => [example.line, example.note]),
    ),
  );
  sections.push(`Runbook: ${data.runbook}`);
  return `${sections.join('\n\n')}\n`;
}

export function renderOverview(commands: readonly CommandData[]): string {
  const root = new Command('mdops')
    .usage('COMMAND [VERB] [FLAGS]')
    .description('Operations runbooks for market-data and trading platforms.')
    .configureHelp({ helpWidth: WIDTH })
    .helpOption(false);
  return `${[
    root.helpInformation().trimEnd(),
    section(
      'Commands:',
      commands.map((command) => [command.name, command.summary]),
    ),
    section('Options of every command:', describeFlags(GLOBAL_FLAGS)),
    section(
      'Exit codes:',
      EXIT_MEANINGS.map(({ code, meaning }) => [code, meaning]),
    ),
    'Start here: mdops demo (a trading day in a minute) · mdops COMMAND --help · runbooks/production-runbook.md',
  ].join('\n\n')}\n`;
}

function describe(data: CommandData): Command {
  const verbs = Object.keys(data.verbs ?? {});
  const words = [
    verbs.length === 0 ? '' : data.defaultVerb === undefined ? 'VERB' : '[VERB]',
    ...(data.positionals ?? []).map(showPositional),
    '[FLAGS]',
    data.rest === undefined ? '' : `-- ${data.rest.name}`,
  ];
  const command = new Command(`mdops ${data.name}`)
    .usage(words.filter((word) => word !== '').join(' '))
    .description([data.summary, ...(data.description ?? [])].join('\n\n'))
    .configureHelp({ helpWidth: WIDTH })
    .helpOption(false);
  for (const [name, flag] of Object.entries(data.flags)) command.addOption(toOption(name, flag));
  return command;
}

function toOption(name: string, flag: FlagData): Option {
  const value = flag.kind === 'switch' ? '' : ` <${flag.value ?? flag.choices?.join('|') ?? flag.kind}>`;
  return new Option(`${flag.short === undefined ? '' : `-${flag.short}, `}--${name}${value}`, summaryOf(flag));
}

function summaryOf(flag: FlagData): string {
  const notes = [
    flag.repeatable === true ? 'repeatable' : '',
    flag.shownDefault === undefined ? '' : `default: ${flag.shownDefault}`,
  ].filter((note) => note !== '');
  return notes.length === 0 ? flag.summary : `${flag.summary} (${notes.join('; ')})`;
}

function describeFlags(flags: FlagTable): string[][] {
  return Object.entries(flags).map(([name, flag]) => {
    const option = toOption(name, flag);
    return [option.flags, option.description];
  });
}

function verbRows(data: CommandData): string[][] {
  return Object.entries(data.verbs ?? {}).map(([verb, { summary, positionals, alsoFlag }]) => [
    [verb, ...(positionals ?? []).map(showPositional)].join(' ') + (alsoFlag === true ? `, --${verb}` : ''),
    verb === data.defaultVerb ? `${summary} (default)` : summary,
  ]);
}

function showPositional(positional: PositionalData): string {
  const name = positional.variadic ? `${positional.name}…` : positional.name;
  return positional.required ? name : `[${name}]`;
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  const left = Math.min(44, Math.max(0, ...rows.map((row) => row[0]!.length)));
  const lines = rows.map(([name, text]) => wrap(`  ${name!.padEnd(left)}  `, text ?? '', left + 4));
  return [title, ...lines].join('\n');
}

function wrap(prefix: string, text: string, indent: number): string {
  const lines: string[] = [];
  let line = prefix;
  let isEmpty = true;
  if (prefix.length > indent) {
    lines.push(prefix.trimEnd());
    line = ' '.repeat(indent);
  }
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = ' '.repeat(indent);
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line.trimEnd()].join('\n');
}
