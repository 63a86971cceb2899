// What `promtool check rules` says, one finding a sentence, with file, line and rule.

import type { Finding, Rule } from './rule.ts';

/** A file as promtool was given it, and as findings show it. */
export interface GivenFile {
  readonly path: string;
  readonly shown: string;
  /** False when the text was made from a resource: then lines are those of the rules as they were read. */
  readonly hasLines: boolean;
}

const CHECK = 'promtool';

/** What is said of a call that failed: something, whatever was printed. */
export function readPromtool(output: string, files: readonly GivenFile[], rules: readonly Rule[]): Finding[] {
  const said = sentencesOf(output, files).map(({ file, text }) => findingOf(file, text, rules));
  const [first] = files;
  if (said.length === 0) return [findingOf(first, 'refuses these rules and does not say why', rules)];
  // A file that is no YAML is told twice.
  return said.filter(
    (one, index) =>
      said.findIndex(({ file, line, message }) => file === one.file && line === one.line && message === one.message) ===
      index,
  );
}

/** A sentence begins with its file; the lines after it belong to it. */
function sentencesOf(output: string, files: readonly GivenFile[]): { file: GivenFile | undefined; text: string }[] {
  const found: { file: GivenFile | undefined; text: string }[] = [];
  for (const line of output.split('\n').map((one) => one.trim())) {
    if (line === '' || /^(?:Checking .*|SUCCESS.*|FAILED:?)$/.test(line)) continue;
    const file = files.find(({ path }) => line.startsWith(`${path}: `));
    const last = found.at(-1);
    if (file !== undefined) found.push({ file, text: line.slice(file.path.length + 2) });
    else if (last === undefined) found.push({ file: files[0], text: line });
    else found[found.length - 1] = { ...last, text: `${last.text} ${line}` };
  }
  return found;
}

function findingOf(file: GivenFile | undefined, text: string, rules: readonly Rule[]): Finding {
  const [, places = '', rest = text] = /^((?:\d+:\d+: )*)([\s\S]*)$/.exec(text) ?? [];
  const [whole = '', group, name = ''] = /^group "(.*?)", rule \d+, "(.*?)": /.exec(rest) ?? [];
  const rule = rules.find((one) => one.file === file?.shown && one.group === group && one.name === name);
  const told = /^(?:\d+:\d+: )*?([1-9]\d*):/.exec(places) ?? /\bline (\d+):/.exec(rest);
  const line = file?.hasLines === true && told !== null ? Number(told[1]) : (rule?.line ?? 1);
  const message = rest.slice(whole.length).replace(/\s+/g, ' ').slice(0, 500);
  return { file: file?.shown ?? '', line, rule: name, check: CHECK, message };
}
