// The table of promises with links to the tests that prove them.

import { PROMISES } from '../../tests/promises/promises.ts';
import { renderTable } from './table.ts';

export function renderPromises(): string {
  const rows = PROMISES.map(({ id, promise, figure, proofs, nights = {} }) => {
    const tests = Object.keys(proofs).map(
      (path) => `[${path.replace(/^tests\//, '').replace(/\.test\.ts$/, '')}](../${path})`,
    );
    const worlds = Object.keys(nights);
    const played = worlds.length === 0 ? [] : [`[nights](simulation.md#invariants) of ${worlds.join(', ')}`];
    return [id, promise, figure, [...tests, ...played].join(', ')];
  });
  return renderTable(['', 'promise', 'figure', 'proven by'], rows);
}
