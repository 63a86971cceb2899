// The last net: no canary survives in any encoding, and ordinary text is left alone.

import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../lib/base/secret.ts';
import { createRedactor } from '../../../lib/services/redaction/redactor.ts';

const PUNCTUATED = `ca'n"a r/y+=&<\\$%~é漢🙂-_`;

const base64At =
  (before: number, kind: 'base64' | 'base64url' = 'base64') =>
  (secret: string) =>
    Buffer.from('xyz'.slice(0, before) + secret + 'uvw').toString(kind);

const ENCODINGS: Readonly<Record<string, (secret: string) => string>> = {
  'as it is': (secret) => secret,
  'in JSON': (secret) => JSON.stringify({ a: secret }),
  'in JSON in JSON': (secret) => JSON.stringify(JSON.stringify(secret)),
  'in ASCII JSON': (secret) =>
    JSON.stringify(secret).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'in a URL': (secret) => encodeURIComponent(secret),
  'in a form': (secret) => new URLSearchParams({ a: secret }).toString(),
  'in base64, first position': base64At(0),
  'in base64, second position': base64At(1),
  'in base64, third position': base64At(2),
  'in base64url, first position': base64At(0, 'base64url'),
  'in base64url, second position': base64At(1, 'base64url'),
  'in base64url, third position': base64At(2, 'base64url'),
  'in basic auth': (secret) => `Basic ${Buffer.from(`user:${secret}`).toString('base64')}`,
  'in hex': (secret) => Buffer.from(secret).toString('hex'),
  'in capital hex': (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  'quoted for a shell': (secret) => `'${secret.replaceAll("'", `'\\''`)}'`,
  'escaped for a shell': (secret) => secret.replace(/[^A-Za-z0-9]/gu, '\\$&'),
  'in shell double quotes': (secret) => `"${secret.replace(/["\\$`]/g, '\\$&')}"`,
  inspected: (secret) => inspect({ a: [secret] }),
  'in HTML': (secret) =>
    secret.replace(
      /[&<>"']/g,
      (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[mark] ?? '',
    ),
};

function survives(text: string, secret: string): string[] {
  return Object.entries(ENCODINGS)
    .filter(([, encode]) => text.includes(core(encode(secret), secret)))
    .map(([name]) => name);
}
// Enough of an encoding to know the secret by: its middle, without what stands around it.
function core(encoded: string, secret: string): string {
  const margin = Math.min(12, Math.floor((encoded.length - secret.length / 2) / 2));
  return encoded.slice(margin, encoded.length - margin);
}

const secretText = fc
  .oneof(
    fc.string({ minLength: 8, maxLength: 40, unit: 'grapheme' }),
    fc.string({ minLength: 8, maxLength: 40, unit: fc.constantFrom(...`abcXYZ019'"\\/+=&%$ <>-_.~`) }),
  )
  .filter((text) => !/[\p{C}]/u.test(text) && text.trim().length >= 8);

describe('a redactor', () => {
  it.each(Object.entries(ENCODINGS))('masks a secret %s', (_name, encode) => {
    const encoded = encode(PUNCTUATED);
    const redacted = createRedactor([new Secret(PUNCTUATED, 'test')]).redact(`before ${encoded} after`);
    expect(redacted).toContain('<secret>');
    expect(redacted.startsWith('before ')).toBe(true);
    expect(redacted.endsWith(' after')).toBe(true);
    expect(survives(redacted, PUNCTUATED)).toEqual([]);
  });

  it('masks any secret in any encoding', () => {
    fc.assert(
      fc.property(secretText, fc.constantFrom(...Object.entries(ENCODINGS)), (text, [, encode]) => {
        const redacted = createRedactor([new Secret(text, 'test')]).redact(`a ${encode(text)} z`);
        expect(redacted).toContain('<secret>');
        expect(redacted).not.toContain(core(encode(text), text));
      }),
      { numRuns: 500 },
    );
  });

  it('masks any secret however its chunks are cut, and loses nothing else', () => {
    const cuts = fc.array(fc.nat(400), { maxLength: 12 });
    fc.assert(
      fc.property(secretText, fc.constantFrom(...Object.values(ENCODINGS)), cuts, (text, encode, at) => {
        const redactor = createRedactor([new Secret(text, 'test')]);
        const whole = `first line\nsecond ${encode(text)} third\nlast`;
        const stream = redactor.stream();
        const edges = [0, ...at.filter((cut) => cut < whole.length).sort((left, right) => left - right), whole.length];
        const shown = edges.slice(1).map((edge, index) => stream.push(whole.slice(edges[index], edge)));
        expect(shown.join('') + stream.end()).toBe(redactor.redact(whole));
      }),
      { numRuns: 500 },
    );
  });

  it('shows finished lines at once', () => {
    const stream = createRedactor([new Secret('canary-12345', 'test')]).stream();
    expect(stream.push('one\ntwo\nthree cana')).toBe('one\ntwo\n');
    expect(stream.push('ry-12345\n')).toBe('three <secret>\n');
    expect(stream.end()).toBe('');
  });

  it('prefers the longer of two secrets that begin alike', () => {
    const redactor = createRedactor([new Secret('canary-1', 'a'), new Secret('canary-12345', 'b')]);
    expect(redactor.redact('canary-12345 canary-1')).toBe('<secret> <secret>');
  });

  it('masks the path of a secret address and each line of a secret file', () => {
    const redactor = createRedactor([
      new Secret('https://hooks.example/services/T0/B0/canary', 'a'),
      new Secret('-----BEGIN X-----\ncanary-line-one\n-----END X-----', 'b'),
    ]);
    expect(redactor.redact('POST /services/T0/B0/canary to hooks.example')).toBe('POST <secret> to hooks.example');
    expect(redactor.redact('-----BEGIN X-----\ncanary-line-one')).toBe('-----BEGIN X-----\n<secret>');
  });

  it('leaves ordinary text alone', () => {
    const redactor = createRedactor([new Secret('canary-1234567', 'a')]);
    const text = 'rb2501.SHFE lag 120 s, coverage 0.9975, run 01JD; canary is a bird';
    expect(redactor.redact(text)).toBe(text);
  });

  it('touches nothing without secrets', () => {
    const redactor = createRedactor([]);
    expect(redactor.redact('x')).toBe('x');
    expect(redactor.stream().push('x')).toBe('x');
  });
});
