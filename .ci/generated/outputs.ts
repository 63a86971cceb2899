// Every generated file or region: where it goes and what it is made from.

import { EXIT_MEANINGS } from '../../lib/base/exit-codes.ts';
import { renderTable } from './table.ts';

export interface Output {
  readonly path: string;
  /** Between `<!-- generated: NAME -->` and `<!-- end of NAME -->`; without one the whole file is generated. */
  readonly region?: string;
  readonly render: () => string | Promise<string>;
}

export const OUTPUTS: readonly Output[] = [
  {
    path: 'README.md',
    region: 'exit codes',
    render: () =>
      renderTable(
        ['exit', 'meaning'],
        EXIT_MEANINGS.map(({ code, meaning }) => [code, meaning]),
      ),
  },
];
