// How a secret may look after it went through JSON, URLs, shells, inspectors, HTML, hex or base64: as patterns.

const NAMED_HTML: ReadonlyMap<string, string> = new Map([
  ['&', 'amp|#38'],
  ['<', 'lt|#60'],
  ['>', 'gt|#62'],
  ['"', 'quot|#34'],
  ["'", 'apos|#39'],
]);
const LETTERS: ReadonlyMap<string, string> = new Map([
  ['\n', 'n'],
  ['\r', 'r'],
  ['\t', 't'],
]);
// Shorter cores of base64 occur by chance in ordinary text.
const SHORTEST_CORE = 6;

export interface Encoded {
  readonly pattern: string;
  /** No match is longer than this. */
  readonly longest: number;
}

/** Every form of one secret. Characters may each be encoded in another way: `a%2Fb/c` is still `a/b/c`. */
export function encodingsOf(secret: string): readonly Encoded[] {
  const bytes = Buffer.from(secret);
  return [spelled(secret), inHex(bytes), ...inBase64(bytes)];
}

function spelled(secret: string): Encoded {
  const characters = [...secret].map(formsOf);
  const longest = characters.reduce((sum, forms) => sum + forms.longest, 0);
  return { pattern: characters.map((forms) => `(?:${forms.pattern})`).join(''), longest };
}

function formsOf(character: string): Encoded {
  const forms = new Set([escapeRegExp(character)]);
  const percent = [...Buffer.from(character)].map((byte) => `%${anyCase(hex(byte, 2))}`).join('');
  const units = character.split('').map((unit) => unit.charCodeAt(0));
  forms.add(percent);
  forms.add(units.map((unit) => `\\\\{1,4}u${anyCase(hex(unit, 4))}`).join(''));
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) forms.add(`\\\\{1,4}x${anyCase(hex(code, 2))}`);
  if (character === ' ') forms.add('\\+');
  if (character === "'") forms.add(`'\\\\{1,2}''|'"'"'`);
  if (!/[A-Za-z0-9]/.test(character)) forms.add(`\\\\{1,4}${escapeRegExp(character)}`);
  const letter = LETTERS.get(character);
  if (letter !== undefined) forms.add(`\\\\{1,4}${letter}`);
  const named = NAMED_HTML.get(character);
  if (named !== undefined) forms.add(`&(?:${named});`);
  return { pattern: [...forms].join('|'), longest: 14 * units.length };
}

function inHex(bytes: Buffer): Encoded {
  const pattern = [...bytes].map((byte) => anyCase(hex(byte, 2))).join('');
  return { pattern, longest: bytes.length * 2 };
}

/** The part that is the same whatever stands around the secret, for each of its three positions in a group of bytes. */
function inBase64(bytes: Buffer): Encoded[] {
  const found: Encoded[] = [];
  for (let before = 0; before < 3; before += 1) {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    const core = text.slice(Math.ceil((before * 8) / 6), whole);
    if (core.length < SHORTEST_CORE) continue;
    const pattern = [...core].map((letter) =>
      letter === '+' ? '[+-]|%2[Bb]' : letter === '/' ? '[/_]|%2[Ff]|\\\\/' : letter,
    );
    // The letters at the edges carry bits of the neighbours; masking them too costs nothing.
    found.push({
      pattern: `[A-Za-z0-9+/_-]?${pattern.map((letter) => `(?:${letter})`).join('')}[A-Za-z0-9+/_-]?={0,2}`,
      longest: core.length * 3 + 6,
    });
  }
  return found;
}

function anyCase(digits: string): string {
  return digits.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
