// Sizes as people read them.

import { expect, test } from 'vitest';
import { formatBytes } from '../../lib/base/bytes.ts';

test.for([
  [0, '0 B'],
  [812, '812 B'],
  [1_023, '1023 B'],
  [1_024, '1 KiB'],
  [4_096, '4 KiB'],
  [13_107_200, '12.5 MiB'],
  [1_073_741_824, '1 GiB'],
  [5e15, '4547 TiB'],
] as const)('%d bytes are %s', ([bytes, text]) => {
  expect(formatBytes(bytes)).toBe(text);
});
