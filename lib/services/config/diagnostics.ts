// One mistake in the configuration: where, what was found, what is wanted.

import { oneLine } from '../../base/sanitize.ts';

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Dotted key (`health.lag_warning`), or empty when it is about a whole file. */
  readonly path: string;
  /** `config/mdops.yaml:12`, `SLACK_WEBHOOK_URL`, `--profile`. */
  readonly where: string;
  /** A mistake on the command line is a usage error, not a configuration error. */
  readonly origin: 'flag' | 'environment' | 'file' | 'default';
  readonly found: string;
  readonly wanted: string;
  /** The known key or value it was probably meant to be. */
  readonly nearest?: string;
}

/** `config/mdops.yaml:12: health.lag_warning is 30; wanted a duration with its unit, such as "30s"` */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { where, path, found, wanted, nearest } = diagnostic;
  const hint = nearest === undefined ? `wanted ${wanted}` : `did you mean "${nearest}"?`;
  return `${where}: ${path === '' ? '' : `${oneLine(path, 120)} `}${found}; ${hint}`;
}

/** Files one after the other, each from its top. */
export function inReadingOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const split = (where: string): [string, number] => {
    const [, file = where, line = '0'] = /^(.*):(\d+)$/.exec(where) ?? [];
    return [file, Number(line)];
  };
  const files = [...new Set(diagnostics.map((found) => split(found.where)[0]))];
  const rank = (found: Diagnostic): number => files.indexOf(split(found.where)[0]);
  return diagnostics.toSorted((a, b) => rank(a) - rank(b) || split(a.where)[1] - split(b.where)[1]);
}

/** A found value as shown to a person: short, harmless, typed as in the file. */
export function showFound(value: unknown): string {
  if (value === undefined) return 'is missing';
  if (value === null || value === '') return 'is empty';
  if (Array.isArray(value)) return `is a list of ${value.length}`;
  if (typeof value === 'object') return 'is a mapping';
  return `is ${typeof value === 'string' ? JSON.stringify(oneLine(value, 60)) : String(value)}`;
}
