// The habits a file is held to whatever room it lies in: its first line, its size, its name, what it exports.

import { findImports } from './imports.ts';
import { blank } from './source-text.ts';
import type { Sources } from './violations.ts';

const MOST_LINES = 300;
const KEBAB_PATH = /^(?:\.?[a-z0-9]+(?:-[a-z0-9]+)*\/)*\.?[a-z0-9]+(?:[-.][a-z0-9]+)*$/;
const VAGUE_NAME = /(?:^|[/.-])(?:utils?|helpers?|common|managers?|misc)(?=[/.-])/;
const OWN_DECLARATION =
  /^(?:export\s+)?(?:async\s+)?(?:function|const|let|class|interface|enum)\b|^(?:export\s+)?type\s+\w/m;

/** Sentences, one for each broken habit. */
export function findBrokenHabits(sources: Sources): string[] {
  return [...sources].flatMap(([path, text]) => judgeFile(path, text).map((what) => `${path} ${what}`)).sort();
}

function judgeFile(path: string, text: string): string[] {
  const code = blank(text);
  const lines = text.trimEnd().split('\n');
  const first = lines[0]?.startsWith('#!') ? lines[1] : lines[0];
  const reexports = findImports(text).filter(({ isReexport }) => isReexport);
  const isBarrel = reexports.length > 0 && !OWN_DECLARATION.test(withoutReexports(code));
  return [
    ...(/^(?:\/\/|#) \S/.test(first ?? '') ? [] : ['does not begin with a comment that says what it owns']),
    ...(lines.length > MOST_LINES ? [`has ${lines.length} lines, over ${MOST_LINES}`] : []),
    ...(KEBAB_PATH.test(path) ? [] : ['is not named in kebab-case']),
    ...(VAGUE_NAME.test(path) ? ['has a name that says nothing'] : []),
    ...(isBarrel || /^\s*export\s*\*/m.test(code) || /\/index\.\w+$/.test(path) ? ['is a barrel'] : []),
    ...(/^\s*export\s+default\b/m.test(code) && !/\.config\.\w+$/.test(path) ? ['has a default export'] : []),
    ...(/^(?:lib|scripts)\//.test(path) && /^(?:export\s+)?let\s/m.test(code) ? ['has mutable module state'] : []),
  ];
}

function withoutReexports(code: string): string {
  return code.replace(/^export\s+(?:type\s+)?(?:\{[^}]*\}|\*[^;]*?)\s*from[^;]*;/gm, '');
}
