// Colour paints the text it is given and nothing else.

import { expect, test } from 'vitest';
import { loadPaint } from '../../lib/base/paint.ts';

test('as a callback of map it paints neither index nor array', async () => {
  const paint = await loadPaint(true);
  expect(['one', 'two'].map(paint.faint)).toEqual(['\u001b[2mone\u001b[22m', '\u001b[2mtwo\u001b[22m']);
});
