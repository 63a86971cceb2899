// YAML with rules: no duplicate keys, aliases, tags or runaway depth. The parser is loaded when something is parsed.

import type { Document, Node } from 'yaml';

export interface YamlProblem {
  readonly line: number;
  /** Dotted path of the key it is about; empty for a syntax error. */
  readonly path: string;
  readonly message: string;
  readonly wanted: string;
}

export interface YamlText {
  /** Mappings have no prototype. */
  readonly value: unknown;
  /** Dotted path of every key → its line. */
  readonly lines: ReadonlyMap<string, number>;
  readonly problems: readonly YamlProblem[];
}

const LONGEST_TEXT = 1_048_576;
const DEEPEST = 32;
// A bomb of aliases is one mistake, not thousands.
const MOST_PROBLEMS = 20;
const WELL_FORMED = 'well-formed YAML';

interface Reading {
  readonly lines: Map<string, number>;
  readonly problems: YamlProblem[];
  readonly lineAt: (offset: number) => number;
  readonly yaml: typeof import('yaml');
}

/** Never throws: what is wrong with the text is in `problems`. */
export async function parseYaml(text: string): Promise<YamlText> {
  if (text.length > LONGEST_TEXT) return refuse(`is ${text.length} characters long`, `at most ${LONGEST_TEXT}`);
  if (isTooDeep(text)) return refuse('is nested too deeply', `at most ${DEEPEST} levels`);
  const yaml = await import('yaml');
  const counter = new yaml.LineCounter();
  const reading: Reading = {
    lines: new Map(),
    problems: [],
    lineAt: (offset) => counter.linePos(offset).line,
    yaml,
  };
  let document: Document.Parsed;
  try {
    document = yaml.parseDocument(text, {
      lineCounter: counter,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: 'error',
    });
  } catch (error) {
    return refuse(error instanceof RangeError ? 'is nested too deeply' : 'cannot be read', WELL_FORMED);
  }
  for (const { pos, message } of [...document.errors, ...document.warnings]) {
    reading.problems.push({
      line: reading.lineAt(pos[0]),
      path: '',
      // Behind a colon it quotes the text, which may be a secret.
      message: message.split(/\n|: /, 1)[0] ?? message,
      wanted: WELL_FORMED,
    });
  }
  const value = reading.problems.length > 0 ? undefined : convert(document.contents, '', 0, reading);
  return { value, lines: reading.lines, problems: reading.problems.slice(0, MOST_PROBLEMS) };
}

/** The value as YAML text, for generated files. */
export async function renderYaml(value: unknown, remarks: YamlRemarks = {}): Promise<string> {
  const yaml = await import('yaml');
  const document = new yaml.Document(value, { aliasDuplicateObjects: false });
  for (const [path, text] of remarks.above ?? []) {
    const node = document.getIn(path, true);
    if (yaml.isNode(node)) node.commentBefore = indent(text);
  }
  for (const [path, text] of remarks.behind ?? []) {
    const node = document.getIn(path, true);
    if (yaml.isScalar(node)) node.comment = ` ${text}`;
  }
  return document.toString({ lineWidth: 120, flowCollectionPadding: true });
}

/** Comments of a rendered text, by the path of what they are about. */
export interface YamlRemarks {
  readonly above?: readonly (readonly [path: readonly (string | number)[], text: string])[];
  readonly behind?: readonly (readonly [path: readonly (string | number)[], text: string])[];
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => ` ${line}`)
    .join('\n');
}

function convert(node: Node | null, path: string, depth: number, reading: Reading): unknown {
  const { yaml, problems } = reading;
  const refuseNode = (message: string, wanted: string): undefined => {
    problems.push({ line: reading.lineAt(node?.range?.[0] ?? 0), path, message, wanted });
    return undefined;
  };
  if (node === null) return null;
  if (depth > DEEPEST) return refuseNode('is nested too deeply', `at most ${DEEPEST} levels`);
  if (yaml.isAlias(node)) return refuseNode('is an alias', 'the value written out');
  if (node.tag !== undefined && !isPlainTag(node.tag)) return refuseNode(`has the tag ${node.tag}`, 'no tags');
  if (yaml.isScalar(node)) return node.value;
  if (yaml.isSeq(node)) {
    return node.items.map((item, index) => convert(item as Node, `${path}[${index}]`, depth + 1, reading));
  }
  if (!yaml.isMap(node)) return refuseNode('is of no known kind', WELL_FORMED);
  const value: Record<string, unknown> = Object.create(null);
  for (const pair of node.items) {
    const key = yaml.isScalar(pair.key) ? String(pair.key.value) : undefined;
    if (key === undefined) return refuseNode('has a key that is no text', 'texts as keys');
    const inner = path === '' ? key : `${path}.${key}`;
    const line = reading.lineAt((pair.key as Node).range?.[0] ?? 0);
    if (Object.hasOwn(value, key)) {
      problems.push({
        line,
        path: inner,
        message: `is given twice, first in line ${reading.lines.get(inner)}`,
        wanted: 'each key once',
      });
      continue;
    }
    reading.lines.set(inner, line);
    value[key] = convert(pair.value as Node | null, inner, depth + 1, reading);
  }
  return value;
}

function isPlainTag(tag: string): boolean {
  return /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/.test(tag);
}

// The parser recurses and its time grows with the square of the depth: look before it does.
function isTooDeep(text: string): boolean {
  let open = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) open += 1;
    else if (code === 0x5d || code === 0x7d) open = Math.max(0, open - 1);
    // Brackets inside texts are rare and few; this many open at once is no configuration.
    if (open > DEEPEST * 8) return true;
  }
  return /^ {256}|^(?:[ \t]*-){64}|^(?:[ \t]*[?:] ){64}/m.test(text);
}

function refuse(message: string, wanted: string): YamlText {
  return { value: undefined, lines: new Map(), problems: [{ line: 1, path: '', message, wanted }] };
}
