// One value on a page of metrics.

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?\s*$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"\s*(?:,|$)/g;

/** The greatest value of the metric's series that carry all these labels; null when there is none. NaN is no value. */
export function findSample(page: string, metric: string, labels: ReadonlyMap<string, string>): number | null {
  let found: number | null = null;
  for (const line of page.split('\n')) {
    if (!line.startsWith(metric)) continue;
    const match = SAMPLE.exec(line);
    if (match === null || match[1] !== metric || !carries(match[2] ?? '', labels)) continue;
    const value = readNumber(match[3] ?? '');
    if (!Number.isNaN(value) && (found === null || value > found)) found = value;
  }
  return found;
}

function carries(text: string, labels: ReadonlyMap<string, string>): boolean {
  if (labels.size === 0) return true;
  const given = new Map([...text.matchAll(LABEL)].map((match) => [match[1], decode(match[2] ?? '')]));
  return [...labels].every(([name, value]) => given.get(name) === value);
}

function decode(text: string): string {
  return text.replace(/\\(.)/g, (_whole, letter: string) => (letter === 'n' ? '\n' : letter));
}

function readNumber(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}
