// The last net under secrets: masks every known one in whatever encoding it reached a sink.

import type { Secret } from '../../base/secret.ts';
import { encodingsOf } from './encodings.ts';

export interface RedactedStream {
  /** What may be shown now; an unfinished line that could hold the beginning of a secret is kept back. */
  push(chunk: string): string;
  /** What was kept back. */
  end(): string;
}

export interface Redactor {
  redact(text: string): string;
  stream(): RedactedStream;
}

const MASK = '<secret>';
// Shorter ones are masked nowhere: they occur in ordinary words.
const SHORTEST = 4;
const SHORTEST_PART = 8;

export function createRedactor(secrets: readonly Secret[]): Redactor {
  const values = [...new Set(secrets.flatMap((secret) => partsOf(secret.reveal())))];
  if (values.length === 0) return UNTOUCHED;
  const encodings = values.flatMap(encodingsOf);
  // Of two that begin alike the longer one must be tried first.
  const patterns = encodings.toSorted((left, right) => right.longest - left.longest).map(({ pattern }) => pattern);
  const longest = Math.max(...encodings.map((encoding) => encoding.longest));
  const any = new RegExp(patterns.join('|'), 'g');
  const redact = (text: string): string => text.replace(any, MASK);
  return { redact, stream: () => createStream(any, redact, longest) };
}

const UNTOUCHED: Redactor = {
  redact: (text) => text,
  stream: () => ({ push: (chunk) => chunk, end: () => '' }),
};

/** A secret, and the parts of it that are secret by themselves: an address without its host, each line of a file. */
function partsOf(value: string): string[] {
  const parts = [
    value,
    ...value.split(/[\r\n]+/).filter((line) => line.length >= SHORTEST_PART && !line.startsWith('-----')),
  ];
  if (/^[a-z]+:\/\//.test(value) && URL.canParse(value)) {
    const url = new URL(value);
    parts.push(...[url.pathname + url.search, url.password].filter((part) => part.length >= SHORTEST_PART));
  }
  return parts.filter((part) => part.length >= SHORTEST);
}

function createStream(any: RegExp, redact: (text: string) => string, longest: number): RedactedStream {
  let held = '';
  return {
    push: (chunk) => {
      const text = held + chunk;
      const cut = safeCut(text, any, longest);
      held = text.slice(cut);
      return redact(text.slice(0, cut));
    },
    end: () => {
      const rest = redact(held);
      held = '';
      return rest;
    },
  };
}

/** Where the text may be cut without parting a secret: no encoding of one holds a line's end. */
function safeCut(text: string, any: RegExp, longest: number): number {
  const cut = Math.max(text.lastIndexOf('\n') + 1, text.length - longest);
  for (const match of text.matchAll(any)) {
    const end = match.index + match[0].length;
    if (match.index < cut && end > cut) return match.index;
  }
  return cut;
}
