// What a command file declares as data: help, completion and usage errors are made of it.

export type FlagKind =
  | 'switch'
  | 'text'
  | 'integer'
  | 'number'
  | 'duration'
  | 'choice'
  | 'url'
  /** RFC 3339. */
  | 'instant';

export interface FlagData {
  readonly kind: FlagKind;
  readonly summary: string;
  readonly short?: string;
  /** Shown in help: `FILE`, `URL`, `N`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly repeatable?: boolean;
  /** The command's own, although the configuration knows a flag of this name for another. */
  readonly isOwn?: boolean;
  readonly min?: number;
  readonly max?: number;
  /** Shown in help; the default itself lives in the configuration or the flow. */
  readonly shownDefault?: string;
}

export type FlagTable = Readonly<Record<string, FlagData>>;

export interface PositionalData {
  readonly name: string;
  readonly summary: string;
  readonly required: boolean;
  readonly variadic: boolean;
}

export interface VerbData {
  readonly summary: string;
  readonly positionals?: readonly PositionalData[];
  /** Also accepted as `--<verb>`. */
  readonly alsoFlag?: boolean;
}

export interface CommandData {
  readonly name: string;
  readonly summary: string;
  /** Paragraphs of the help page. */
  readonly description?: readonly string[];
  /** `runbooks/production-runbook.md#5-routine-health` */
  readonly runbook: string;
  readonly verbs?: Readonly<Record<string, VerbData>>;
  /** Without it a command with verbs wants one. */
  readonly defaultVerb?: string;
  readonly flags: FlagTable;
  readonly positionals?: readonly PositionalData[];
  /** Everything after `--` belongs to this: `CMD ARG…`. */
  readonly rest?: { readonly name: string; readonly summary: string; readonly required: boolean };
  readonly examples: readonly { readonly line: string; readonly note: string }[];
}

/** What reading the words of a call needs of it. */
export type WordsData = Pick<CommandData, 'name' | 'verbs' | 'defaultVerb' | 'flags' | 'positionals' | 'rest'>;

export function declarationData(command: CommandData): CommandData {
  const { name, summary, description, runbook, verbs, defaultVerb, flags, positionals, rest, examples } = command;
  const data = { name, summary, description, runbook, verbs, defaultVerb, flags, positionals, rest, examples };
  return JSON.parse(JSON.stringify(data)) as CommandData;
}

/** Without the texts that only help shows: this is read at every start. */
export function wordsData({ name, verbs, defaultVerb, flags, positionals, rest }: CommandData): WordsData {
  const short: Record<string, FlagData> = {};
  for (const [flag, data] of Object.entries(flags)) short[flag] = { ...data, summary: '' };
  const words = { name, verbs, defaultVerb, flags: short, positionals, rest };
  return JSON.parse(JSON.stringify(words)) as WordsData;
}
