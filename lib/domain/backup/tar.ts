// The container of a backup: plain POSIX tar, one regular file after the other, in the only form that this version writes.
// What could be written in another way is damage: a reader that knows every byte can name the one that changed.

export const BLOCK = 512;
/** Longer names would need an extension; the manifest maps short ones to them. */
export const LONGEST_NAME = 100;

export interface TarMember {
  readonly name: string;
  readonly mode: number;
  readonly size: number;
  /** Seconds since the epoch. */
  readonly modifiedS: number;
}

const CHECKSUM = { at: 148, length: 8 } as const;
const OCTAL_11 = 8 ** 11;

/** Throws for what does not fit: names and sizes are this program's own. */
export function encodeHeader({ name, mode, size, modifiedS }: TarMember): Buffer {
  const block = Buffer.alloc(BLOCK);
  if (Buffer.byteLength(name) > LONGEST_NAME || size >= OCTAL_11) throw new RangeError(`"${name}" does not fit`);
  block.write(name, 0, 'utf8');
  block.write(octal(mode, 7), 100, 'latin1');
  block.write(octal(0, 7), 108, 'latin1');
  block.write(octal(0, 7), 116, 'latin1');
  block.write(octal(size, 11), 124, 'latin1');
  block.write(octal(modifiedS, 11), 136, 'latin1');
  block.write('0', 156, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  block.write(`${octal(checksumOf(block), 6)}\u0000 `, CHECKSUM.at, 'latin1');
  return block;
}

/** Null for anything but a header that `encodeHeader` writes. */
export function decodeHeader(block: Uint8Array): TarMember | null {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  const end = bytes.indexOf(0);
  const name = bytes.toString('utf8', 0, end < 0 || end > LONGEST_NAME ? LONGEST_NAME : end);
  const [mode, size, modifiedS] = [readOctal(bytes, 100, 7), readOctal(bytes, 124, 11), readOctal(bytes, 136, 11)];
  if (name === '' || mode === null || size === null || modifiedS === null) return null;
  const member = { name, mode, size, modifiedS };
  return Buffer.byteLength(name) <= LONGEST_NAME && encodeHeader(member).equals(bytes) ? member : null;
}

export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function checksumOf(block: Buffer): number {
  let sum = ' '.charCodeAt(0) * CHECKSUM.length;
  for (let at = 0; at < BLOCK; at += 1) {
    if (at < CHECKSUM.at || at >= CHECKSUM.at + CHECKSUM.length) sum += block[at] ?? 0;
  }
  return sum;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function readOctal(bytes: Buffer, at: number, digits: number): number | null {
  const text = bytes.toString('latin1', at, at + digits);
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : null;
}
