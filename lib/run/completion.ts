// Completion scripts for bash, zsh and fish, made of the declarations at build time.

import type { CommandData } from './declaration.ts';
import { GLOBAL_FLAGS } from './global-flags.ts';

export function completions(commands: readonly CommandData[]): Record<'bash' | 'zsh' | 'fish', string> {
  return { bash: bash(commands), zsh: zsh(commands), fish: fish(commands) };
}

function wordsOf(command: CommandData): string[] {
  return [
    ...Object.keys(command.verbs ?? {}),
    ...Object.keys(command.flags).map((name) => `--${name}`),
    ...Object.keys(GLOBAL_FLAGS).map((name) => `--${name}`),
  ];
}

function choiceRows(command: CommandData): [string, readonly string[]][] {
  return Object.entries({ ...command.flags, ...GLOBAL_FLAGS }).flatMap(([name, flag]) =>
    'choices' in flag && flag.choices !== undefined ? [[name, flag.choices] as [string, readonly string[]]] : [],
  );
}

/** Flags that want a value which is none of a few: of files the shell knows the names, of everything else nobody does. */
function valueFlags(command: CommandData): { readonly files: readonly string[]; readonly others: readonly string[] } {
  const free = Object.entries({ ...command.flags, ...GLOBAL_FLAGS }).filter(
    ([, flag]) => flag.kind !== 'switch' && !('choices' in flag && flag.choices !== undefined),
  );
  const isFile = ([, flag]: (typeof free)[number]): boolean =>
    /FILE|DIR|PATH/.test(('value' in flag && flag.value) || '');
  return {
    files: free.filter(isFile).map(([name]) => `${command.name}:--${name}`),
    others: free.filter((entry) => !isFile(entry)).map(([name]) => `${command.name}:--${name}`),
  };
}

/** Words of it, or of one of its verbs, that name files. */
function takesFiles({ positionals = [], verbs = {}, rest }: CommandData): boolean {
  const all = [...positionals, ...Object.values(verbs).flatMap((verb) => verb.positionals ?? [])];
  return rest !== undefined || all.some(({ name }) => /FILE|DIR|PATH/.test(name));
}

function bash(commands: readonly CommandData[]): string {
  const cases = commands.flatMap((command) => [
    ...choiceRows(command).map(
      ([flag, choices]) =>
        `    ${command.name}:--${flag}) COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$word")); return ;;`,
    ),
    `    ${valueFlags(command).files.join('|')}) COMPREPLY=($(compgen -f -- "$word")); return ;;`,
    `    ${valueFlags(command).others.join('|')}) COMPREPLY=(); return ;;`,
  ]);
  const words = commands.map(
    (command) =>
      `    ${command.name}) words='${wordsOf(command).join(' ')}'${takesFiles(command) ? " files='-f'" : ''} ;;`,
  );
  return `# Completion for bash: source <(mdops completion bash)
_mdops() {
  local word="\${COMP_WORDS[COMP_CWORD]}" command="\${COMP_WORDS[1]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words='' files=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} help completion --help --version' -- "$word"))
    return
  fi
  case "$command:$before" in
${cases.join('\n')}
  esac
  case "$command" in
${words.join('\n')}
    help) words='${commands.map(({ name }) => name).join(' ')}' ;;
    completion) words='bash zsh fish' ;;
  esac
  COMPREPLY=($(compgen -W "$words" $files -- "$word"))
}
complete -o filenames -F _mdops mdops
`;
}

function zsh(commands: readonly CommandData[]): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const names = commands.map(({ name, summary }) => `    ${quote(`${name}:${summary.replaceAll(':', '\\:')}`)}`);
  const cases = commands.map((command) => `    ${command.name}) compadd -- ${wordsOf(command).join(' ')}; _files ;;`);
  return `#compdef mdops
# Completion for zsh: source <(mdops completion zsh)
_mdops() {
  local -a commands=(
${names.join('\n')}
    'help:show a help page' 'completion:print a completion script'
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "$words[2]" in
${cases.join('\n')}
    help) compadd -- ${commands.map(({ name }) => name).join(' ')} ;;
    completion) compadd -- bash zsh fish ;;
  esac
}
compdef _mdops mdops
`;
}

function fish(commands: readonly CommandData[]): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = commands.flatMap((command) => {
    const seen = `'__fish_seen_subcommand_from ${command.name}'`;
    return [
      `complete -c mdops -n __fish_use_subcommand -a ${command.name} -d ${quote(command.summary)}`,
      ...Object.entries(command.verbs ?? {}).map(
        ([verb, { summary }]) => `complete -c mdops -n ${seen} -a ${verb} -d ${quote(summary)}`,
      ),
      ...Object.entries({ ...command.flags, ...GLOBAL_FLAGS }).map(([name, flag]) => {
        const choices =
          'choices' in flag && flag.choices !== undefined ? ` -x -a ${quote(flag.choices.join(' '))}` : '';
        const value = flag.kind === 'switch' ? '' : choices === '' ? ' -r' : choices;
        return `complete -c mdops -n ${seen} -l ${name}${value} -d ${quote(flag.summary)}`;
      }),
    ];
  });
  return `# Completion for fish: mdops completion fish | source
${lines.join('\n')}
complete -c mdops -n __fish_use_subcommand -a completion -d 'print a completion script'
complete -c mdops -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'
`;
}
