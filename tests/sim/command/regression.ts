// A night that broke something, as a file: it is kept and played for ever.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Regression {
  readonly world: string;
  readonly seed: number;
  /** The invariant it broke when it was found. */
  readonly broke: string;
  readonly scenario: unknown;
}

export function readRegression(file: string): Regression {
  return JSON.parse(readFileSync(file, 'utf8')) as Regression;
}

/** Answers the file. */
export function keepRegression(folder: string, regression: Regression): string {
  mkdirSync(folder, { recursive: true });
  const { world, seed, broke } = regression;
  const words = broke
    .replace(/[^a-z0-9]+/gi, '-')
    .slice(0, 48)
    .replace(/-$/, '');
  const file = join(folder, `${world}-${seed}-${words}.json`);
  writeFileSync(file, `${JSON.stringify(regression, null, 2)}\n`);
  return file;
}
