// Which instruments a subscription run is about. An empty selector is a mistake, never "everything".

import { type Glob, parseGlob } from './glob.ts';

export interface SelectionRequest {
  readonly symbols: readonly string[];
  /** At least one; `*` for everything. A symbol is taken when any of them matches its full name. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Subscribed already: nothing to do for these. */
  readonly active: ReadonlySet<string>;
  readonly limit?: number;
}

export type Selection =
  | {
      readonly ok: true;
      /** In the order of the catalogue, each once. */
      readonly wanted: readonly string[];
      readonly catalogueTotal: number;
      readonly selectedTotal: number;
      readonly alreadyActiveTotal: number;
      /** Left out by `limit`. */
      readonly beyondLimitTotal: number;
      /** Patterns that matched nothing: most likely mistyped. */
      readonly idlePatterns: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly string[] };

export function selectSymbols(request: SelectionRequest): Selection {
  const include = request.include.map(parseGlob);
  const exclude = request.exclude.map(parseGlob);
  const problems = [
    ...(include.length === 0 ? ['no pattern to include; write * for everything'] : []),
    ...[...include, ...exclude].flatMap((glob) => (glob.ok ? [] : [`pattern "${glob.pattern}": ${glob.problem}`])),
    ...(isLimit(request.limit) ? [] : ['the limit is not a positive whole number']),
  ];
  if (problems.length > 0) return { ok: false, problems };

  const catalogue = [...new Set(request.symbols)];
  const idle = new Set<string>([...request.include, ...request.exclude]);
  const selected = catalogue.filter((symbol) => {
    const taken = anyMatches(include, symbol, idle);
    return !anyMatches(exclude, symbol, idle) && taken;
  });
  if (catalogue.length > 0 && selected.length === 0) {
    return { ok: false, problems: [`none of ${catalogue.length} symbols is selected`] };
  }
  const missing = selected.filter((symbol) => !request.active.has(symbol));
  const wanted = missing.slice(0, request.limit ?? missing.length);
  return {
    ok: true,
    wanted,
    catalogueTotal: catalogue.length,
    selectedTotal: selected.length,
    alreadyActiveTotal: selected.length - missing.length,
    beyondLimitTotal: missing.length - wanted.length,
    idlePatterns: [...idle],
  };
}

function isLimit(limit: number | undefined): boolean {
  return limit === undefined || (Number.isSafeInteger(limit) && limit > 0);
}

/** Asks every pattern, so that each one's use is known. */
function anyMatches(globs: readonly Glob[], symbol: string, idle: Set<string>): boolean {
  let isAny = false;
  for (const glob of globs) {
    if (!glob.ok || (isAny && !idle.has(glob.pattern)) || !glob.matches(symbol)) continue;
    idle.delete(glob.pattern);
    isAny = true;
  }
  return isAny;
}
