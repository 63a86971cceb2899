// Where an effective value came from, when it is not the default.

export type Source =
  | { readonly kind: 'flag'; readonly name: string }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'credential'; readonly name: string }
  | { readonly kind: 'file'; readonly file: string; readonly line: number | undefined };

export function describeSource(source: Source | undefined): string {
  if (source === undefined) return 'default';
  switch (source.kind) {
    case 'flag':
      return `--${source.name}`;
    case 'environment':
      return source.name;
    case 'credential':
      return `credential ${source.name}`;
    case 'file':
      return source.line === undefined ? source.file : `${source.file}:${source.line}`;
  }
}
