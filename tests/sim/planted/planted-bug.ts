// A bug as data: texts of the shipped sources, what they are replaced by, and the invariants that must notice.

export interface PlantedBug {
  readonly name: string;
  /** The world whose seeds must find it. */
  readonly world: string;
  /** Each must be found in its file exactly once, or the list is stale. */
  readonly changes: readonly { readonly file: string; readonly find: string; readonly put: string }[];
  /** Any of these names it. */
  readonly breaks: readonly string[];
}

export function at(file: string, find: string, put: string): PlantedBug['changes'][number] {
  return { file, find, put };
}
