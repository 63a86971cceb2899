// The path of a push group. Pushgateway reads `%2F` as a slash and has no empty segments: such values go as base64.

export interface Grouping {
  readonly job: string;
  /** Further grouping labels, in the order given. */
  readonly labels?: Readonly<Record<string, string>>;
}

const PLAIN = /^[A-Za-z0-9_.:~-]+$/;
// Segments that URL libraries and proxies resolve away.
const DOTS = /^\.+$/;

export function groupingPath({ job, labels = {} }: Grouping): string {
  return `/metrics${Object.entries({ job, ...labels })
    .map(([name, value]) => segment(name, value))
    .join('')}`;
}

function segment(name: string, value: string): string {
  if (PLAIN.test(value) && !DOTS.test(value)) return `/${name}/${value}`;
  // URL-safe without padding; one `=` stands for the empty value.
  const encoded = Buffer.from(value).toString('base64url');
  return `/${name}@base64/${encoded === '' ? '=' : encoded}`;
}
