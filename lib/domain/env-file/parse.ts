// A file of NAME=value lines, read literally: nothing in it is ever expanded or executed.

import { type Finding, finding } from './finding.ts';

export interface Variable {
  readonly value: string;
  readonly line: number;
}

export interface EnvFile {
  readonly variables: ReadonlyMap<string, Variable>;
  readonly findings: readonly Finding[];
}

// `s`: a value may hold U+2028, which ends a line for a regular expression but not for a shell.
const ASSIGNMENT = /^(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
]);

export function parseEnvFile(text: string): EnvFile {
  const variables = new Map<string, Variable>();
  const findings: Finding[] = [];
  const lines = text.replace(/^\ufeff/, '').split('\n');
  for (const [index, raw] of lines.entries()) {
    const line = index + 1;
    const content = raw.replace(/\r$/, '').trim();
    if (content === '' || content.startsWith('#')) continue;
    const match = ASSIGNMENT.exec(content);
    if (match === null) {
      findings.push(finding('error', 'line', line, 'is no assignment', 'write NAME=value, without spaces around "="'));
      continue;
    }
    const [, name = '', rest = ''] = match;
    const read = readValue(rest);
    findings.push(...read.problems.map(([problem, advice]) => finding('error', name, line, problem, advice)));
    const before = variables.get(name);
    if (before !== undefined) {
      findings.push(finding('error', name, line, `is also set in line ${before.line}`, 'keep one of them'));
    }
    variables.set(name, { value: read.value, line });
  }
  if (text.includes('\r\n')) {
    findings.push(finding('warning', 'file', 1, 'has Windows line ends', 'convert it: a shell keeps the CR in values'));
  }
  return { variables, findings };
}

interface ReadValue {
  readonly value: string;
  readonly problems: readonly (readonly [problem: string, advice: string])[];
}

function readValue(rest: string): ReadValue {
  if (rest.startsWith("'")) return readQuoted(rest, /^'([^']*)'(.*)$/s, (inner) => inner);
  if (rest.startsWith('"')) {
    const read = readQuoted(rest, /^"((?:[^"\\]|\\.)*)"(.*)$/s, withoutEscapes);
    return { ...read, problems: [...read.problems, ...expansions(rest)] };
  }
  const value = rest.replace(/[ \t]+#.*$/, '').trimEnd();
  const spaced = /[ \t]/.test(value)
    ? [['has a space outside quotes', "put the value into '…': a shell would run the rest as a command"] as const]
    : [];
  return { value, problems: [...spaced, ...expansions(value)] };
}

function readQuoted(rest: string, form: RegExp, decode: (inner: string) => string): ReadValue {
  const match = form.exec(rest);
  if (match === null)
    return { value: rest.slice(1), problems: [['has no closing quote', 'close it on the same line']] };
  const after = (match[2] ?? '').trim();
  const isClean = after === '' || after.startsWith('#');
  return {
    value: decode(match[1] ?? ''),
    problems: isClean ? [] : [['goes on after its closing quote', 'put the whole value into one pair of quotes']],
  };
}

function withoutEscapes(inner: string): string {
  return inner.replace(/\\(.)/gs, (_whole, letter: string) => ESCAPES.get(letter) ?? letter);
}

/** What a shell that sources this file would do, and we do not. */
function expansions(value: string): readonly (readonly [string, string])[] {
  return /(?<!\\)(?:\$[({A-Za-z_]|`)/.test(value)
    ? [['would be expanded by a shell and is taken literally here', "put the value into '…', or write what it means"]]
    : [];
}
