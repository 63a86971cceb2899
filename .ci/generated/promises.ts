// The table of promises with links to the tests that prove them.

import { PROMISES } from '../../tests/promises/promises.ts';
import { renderTable } from './table.ts';

export function renderPromises(): string {
  const rows = PROMISES.map(({ id, promise, figure, proofs }) => [
    id,
    promise,
    figure,
    Object.keys(proofs)
      .map((path) => `[${path.replace(/^tests\//, '').replace(/\.test\.ts$/, '')}](../${path})`)
      .join(', '),
  ]);
  return renderTable(['', 'promise', 'figure', 'proven by'], rows);
}
