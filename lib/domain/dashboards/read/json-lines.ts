// Where in a JSON text a path stands: for findings that an editor can jump to. Iterative, so that depth costs nothing.

/** Paths as findings write them: `panels[3].targets[0].expr`. Only those asked for are kept. */
export function findLines(text: string, wanted: ReadonlySet<string>): Map<string, number> {
  const found = new Map<string, number>();
  const open: { isList: boolean; path: string; index: number; key: string | null }[] = [];
  let line = 1;
  let at = 0;

  function begin(): string {
    const around = open.at(-1);
    if (around === undefined) return '';
    const path = around.isList ? `${around.path}[${around.index}]` : joinPath(around.path, around.key ?? '');
    if (wanted.has(path) && !found.has(path)) found.set(path, line);
    return path;
  }

  while (at < text.length) {
    const char = text[at];
    const around = open.at(-1);
    if (char === '\n') line += 1;
    else if (char === '{' || char === '[') open.push({ isList: char === '[', path: begin(), index: 0, key: null });
    else if (char === '}' || char === ']') open.pop();
    else if (char === ',' && around !== undefined) {
      around.index += 1;
      around.key = null;
    } else if (char === '"') {
      const end = endOfText(text, at);
      if (around !== undefined && !around.isList && around.key === null) around.key = text.slice(at + 1, end);
      else begin();
      at = end;
    } else if (char !== ':' && char !== ' ' && char !== '\t' && char !== '\r') {
      begin();
      while (at + 1 < text.length && !',]}\n'.includes(text[at + 1]!)) at += 1;
    }
    at += 1;
  }
  return found;
}

/** An index stands beside its list, a key after a dot. */
export function joinPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

function endOfText(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
