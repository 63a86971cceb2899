// Completion scripts for bash, zsh and fish, made of the declarations at build time.

import type { CommandData, FlagData, FlagTable } from './declaration.ts';
import { GLOBAL_FLAGS } from './global-flags.ts';

export function completions(commands: readonly CommandData[]): Record<'bash' | 'zsh' | 'fish', string> {
  return { bash: bash(commands), zsh: zsh(commands), fish: fish(commands) };
}

const SHELLS = 'bash zsh fish';

/** What stands before a command: flags that every command has. */
const NO_COMMAND = { name: '', flags: {} } as const;

function flagsOf({ flags }: { readonly flags: FlagTable }): readonly [string, FlagData][] {
  return Object.entries<FlagData>({ ...flags, ...GLOBAL_FLAGS });
}

function wordsOf(command: CommandData): string[] {
  return [...Object.keys(command.verbs ?? {}), ...flagsOf(command).map(([name]) => `--${name}`)];
}

/** Of files the shell knows the names, of a few choices we do, of everything else nobody does. */
type ValueKind = 'choice' | 'file' | 'free';

function kindOf({ kind, choices, value }: FlagData): ValueKind | null {
  if (kind === 'switch') return null;
  if (choices !== undefined) return 'choice';
  return /FILE|DIR|PATH/.test(value ?? '') ? 'file' : 'free';
}

/** Words of it, or of one of its verbs, that name files. */
function takesFiles({ positionals = [], verbs = {}, rest }: CommandData): boolean {
  const all = [...positionals, ...Object.values(verbs).flatMap((verb) => verb.positionals ?? [])];
  return rest !== undefined || all.some(({ name }) => /FILE|DIR|PATH/.test(name));
}

/** What bash and zsh do about the value of a flag. */
interface Actions {
  readonly choice: (choices: readonly string[]) => string;
  readonly file: string;
  readonly free: string;
}

/** Arms of a `case` over `<command>:<flag before the cursor>`, which bash and zsh read alike. */
function valueArms(commands: readonly CommandData[], actions: Actions): string {
  const arms = [NO_COMMAND, ...commands].flatMap((command) => {
    const flags = flagsOf(command);
    const named = (kind: ValueKind): string =>
      flags.flatMap(([name, flag]) => (kindOf(flag) === kind ? [`${command.name}:--${name}`] : [])).join('|');
    const choices = flags.flatMap(([name, { choices: known }]) =>
      known === undefined ? [] : [`    ${command.name}:--${name}) ${actions.choice(known)}; return ;;`],
    );
    return [
      ...choices,
      `    ${named('file')}) ${actions.file}; return ;;`,
      `    ${named('free')}) ${actions.free}; return ;;`,
    ];
  });
  return arms.join('\n');
}

const VALUE_FLAGS = Object.entries<FlagData>(GLOBAL_FLAGS)
  .flatMap(([name, flag]) => (kindOf(flag) === null ? [] : [`--${name}`]))
  .join('|');
const GLOBAL_WORDS = Object.keys(GLOBAL_FLAGS)
  .map((name) => `--${name}`)
  .join(' ');

function bash(commands: readonly CommandData[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const actions: Actions = {
    choice: (choices) => `COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$word"))`,
    file: '_mdops_files',
    free: 'COMPREPLY=()',
  };
  const words = commands.map(
    (command) =>
      `    ${command.name}) words='${wordsOf(command).join(' ')}'${takesFiles(command) ? '; _mdops_files' : ''} ;;`,
  );
  return `# Completion for bash: source <(mdops completion bash)
_mdops_files() {
  local IFS=$'\\n'
  # Only these are file names: a command that is called like a directory is none.
  compopt -o filenames 2> /dev/null
  COMPREPLY=($(compgen -f -- "$word"))
}
_mdops() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command='' words='' at
  # bash takes the "=" of --flag=value for a word of its own.
  if [ "$word" = '=' ]; then word=''; elif [ "$before" = '=' ]; then before="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((at = 1; at < COMP_CWORD; at += 1)); do
    case "\${COMP_WORDS[at]}" in
      ${VALUE_FLAGS}) [ "\${COMP_WORDS[at+1]}" = '=' ] && at=$((at + 1)); at=$((at + 1)) ;;
      -*) ;;
      *) command="\${COMP_WORDS[at]}"; break ;;
    esac
  done
  COMPREPLY=()
  case "$command:$before" in
${valueArms(commands, actions)}
  esac
  case "$command" in
    '') words='${names} help completion ${GLOBAL_WORDS}' ;;
${words.join('\n')}
    help) words='${names} completion' ;;
    completion) words='${SHELLS}' ;;
  esac
  COMPREPLY+=($(compgen -W "$words" -- "$word"))
}
complete -F _mdops mdops
`;
}

function zsh(commands: readonly CommandData[]): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const names = commands.map(({ name, summary }) => `    ${quote(`${name}:${summary.replaceAll(':', '\\:')}`)}`);
  const actions: Actions = { choice: (choices) => `compadd -- ${choices.join(' ')}`, file: '_files', free: ':' };
  const words = commands.map(
    (command) =>
      `    ${command.name}) compadd -- ${wordsOf(command).join(' ')}${takesFiles(command) ? '; _files' : ''} ;;`,
  );
  return `#compdef mdops
# Completion for zsh: source <(mdops completion zsh), or a file _mdops in a directory of $fpath
_mdops() {
  local -a names=(
${names.join('\n')}
    'help:show a help page' 'completion:print a completion script'
  )
  local command='' before="$words[CURRENT-1]"
  local -i at
  # --flag=value: what stands behind the "=" is completed like a word of its own.
  if [[ "$words[CURRENT]" == --*=* ]]; then
    before="\${words[CURRENT]%%=*}"
    compset -P '*='
  fi
  for ((at = 2; at < CURRENT; at += 1)); do
    case "$words[at]" in
      ${VALUE_FLAGS}) ((at += 1)) ;;
      -*) ;;
      *) command="$words[at]"; break ;;
    esac
  done
  case "$command:$before" in
${valueArms(commands, actions)}
  esac
  case "$command" in
    '') _describe command names; compadd -- ${GLOBAL_WORDS} ;;
${words.join('\n')}
    help) compadd -- ${commands.map(({ name }) => name).join(' ')} completion ;;
    completion) compadd -- ${SHELLS} ;;
  esac
}
if [[ "$funcstack[1]" == _mdops ]]; then
  _mdops "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _mdops mdops
fi
`;
}

function fish(commands: readonly CommandData[]): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const flagLine = (condition: string, [name, flag]: readonly [string, FlagData]): string => {
    const values = { choice: ` -x -a ${quote(flag.choices?.join(' ') ?? '')}`, file: ' -r -F', free: ' -x' };
    const kind = kindOf(flag);
    const short = flag.short === undefined ? '' : ` -s ${flag.short}`;
    return `complete -c mdops -n ${condition}${short} -l ${name}${kind === null ? '' : values[kind]} -d ${quote(flag.summary)}`;
  };
  const lines = commands.flatMap((command) => {
    const seen = `'__fish_seen_subcommand_from ${command.name}'`;
    return [
      `complete -c mdops -n __fish_use_subcommand -a ${command.name} -d ${quote(command.summary)}`,
      ...Object.entries(command.verbs ?? {}).map(
        ([verb, { summary }]) => `complete -c mdops -n ${seen} -a ${verb} -d ${quote(summary)}`,
      ),
      ...(takesFiles(command) ? [`complete -c mdops -n ${seen} -F`] : []),
      ...flagsOf(command).map((flag) => flagLine(seen, flag)),
    ];
  });
  return `# Completion for fish: mdops completion fish | source
complete -c mdops -f
${lines.join('\n')}
${Object.entries<FlagData>(GLOBAL_FLAGS)
  .map((flag) => flagLine('__fish_use_subcommand', flag))
  .join('\n')}
complete -c mdops -n __fish_use_subcommand -a help -d 'show a help page'
complete -c mdops -n '__fish_seen_subcommand_from help' -a '${commands.map(({ name }) => name).join(' ')} completion'
complete -c mdops -n __fish_use_subcommand -a completion -d 'print a completion script'
complete -c mdops -n '__fish_seen_subcommand_from completion' -a '${SHELLS}'
`;
}
